#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# complexity.sh ROOT: no function decides more than 15 times. Counted are 1 and each if, for, while, case,
# catch, &&, || and ?, macros as they are written; a lambda counts with the function around it.
set -euo pipefail
cd "$1"

# Prints the functions of the given files that go beyond the limit.
too_complex() {
  awk '
  BEGIN {
    limit = 15
    n = split("if for while case catch", words, " ")
    for (i = 1; i <= n; i++) decides[words[i]] = 1
  }
  function start_file() { depth = parens = count = in_function = 0; head = ""; in_comment = raw_end = in_macro = "" }

  # The line without comments and without what stands between quotes.
  function code_of(line,   made, at, two, skipped) {
    made = ""
    while (line != "") {
      if (raw_end != "") {
        at = index(line, raw_end)
        if (at == 0) return made
        line = substr(line, at + length(raw_end)); raw_end = ""; made = made "\"\""
      } else if (in_comment != "") {
        at = index(line, "*/")
        if (at == 0) return made
        line = substr(line, at + 2); in_comment = ""
      }
      at = match(line, /\/\/|\/\*|"|\047/)
      if (at == 0) return made line
      two = substr(line, at, 2)
      made = made substr(line, 1, at - 1)
      if (two == "//") return made
      if (two == "/*") { in_comment = "yes"; line = substr(line, at + 2); continue }
      if (substr(line, at, 1) == "\"" && made ~ /R$/) {
        skipped = index(substr(line, at), "(")
        raw_end = ")" substr(line, at + 1, skipped - 2) "\""
        line = substr(line, at + skipped)
        continue
      }
      if (substr(line, at, 1) == "\047" && made ~ /[0-9a-fA-F]$/) { line = substr(line, at + 1); continue }
      line = substr(line, at)
      if (!match(line, /^"([^"\\]|\\.)*"|^\047([^\047\\]|\\.)*\047/)) return made
      made = made "\"\""
      line = substr(line, RLENGTH + 1)
    }
    return made
  }

  # What a brace opens outside of functions.
  function kind_of_brace(before) {
    if (parens > 0 || before !~ /[ \t]$/ && before != "") return "value"
    if (head ~ /(^|[^A-Za-z0-9_])(namespace|concept)[^A-Za-z0-9_]/) return "scope"
    if (head ~ /(^|[^A-Za-z0-9_])(class|struct|union|enum)[^A-Za-z0-9_][^()]*$/) return "scope"
    if (head !~ /\(/) return head ~ /=[ \t]*$/ ? "value" : "scope"
    return "function"
  }
  function opens(before) {
    depth++
    outer_parens[depth] = parens
    if (in_function) { kind[depth] = "block"; parens = 0; return }
    kind[depth] = kind_of_brace(before)
    parens = 0
    if (kind[depth] == "value") return
    if (kind[depth] == "function") {
      in_function = 1; count = 1; name = head; line_of_name = FNR
      gsub(/[ \t]+/, " ", name); sub(/^ /, "", name)
    }
    head = ""
  }
  function closes() {
    if (depth == 0) return
    if (kind[depth] == "function") {
      in_function = 0
      if (count > limit) printf "%s:%d: %d decisions in %s\n", FILENAME, line_of_name, count, substr(name, 1, 90)
    }
    if (kind[depth] == "function" || kind[depth] == "scope") head = ""
    parens = outer_parens[depth]
    depth--
  }
  function take(token, before, after) {
    if (token == "{") return opens(before)
    if (token == "}") return closes()
    if (token == "(") { parens++; head = head token; return }
    if (token == ")") { if (parens > 0) parens--; head = head token; return }
    if (in_function) {
      # A reference to a temporary is no decision: its && follows a type.
      if (token in decides || token == "||" || token == "?") count++
      else if (token == "&&" && (before == "" || before ~ /[ \t]$/) && after !~ /^[^ \t]/) count++
      return
    }
    if (token == ";" && parens == 0) { head = ""; return }
    head = head token
  }

  FNR == 1 { start_file() }
  in_macro != "" { if ($0 !~ /\\$/) in_macro = ""; next }
  in_comment == "" && raw_end == "" && /^[ \t]*#/ { if ($0 ~ /\\$/) in_macro = "yes"; next }
  {
    code = code_of($0)
    done = 0
    while (match(substr(code, done + 1), /[{}();?]|&&|\|\||[A-Za-z_][A-Za-z0-9_]*/)) {
      at = done + RSTART
      if (!in_function) head = head substr(code, done + 1, RSTART - 1)
      done = at + RLENGTH - 1
      take(substr(code, at, RLENGTH), substr(code, 1, at - 1), substr(code, done + 1))
    }
    if (!in_function) head = head substr(code, done + 1) " "
  }' "$@"
}

# The counting itself: two functions of 16 in forms that are easy to overlook, and some of 15 and less.
sample=$(mktemp)
trap 'rm -f "$sample"' EXIT
cat >"$sample" <<'END'
namespace sample {
class box {
 public:
  box(int a, value b = {}) : a_{a}, b_{std::move(b)} {
    if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f();
    if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f();
    for (;;) { while (a && a || a) { switch (a) { case 1: return; } } }
  }
  void fits(auto&& a) {
    // if for while case catch && || ?
    const char* text = "if (a && b || c) ? case '"; const char* raw = R"(if for while && ||)";
    use(std::forward<decltype(a)>(a), 1'000, '?', [](auto&& b) { return b ? 1 : 2; }, text, raw);
    if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f();
    if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f(); if (a) f();
  }
};
TEST_CASE("a lambda counts with what is around it") {
  const auto ask = [&] { return a && b && c && d && e && f && g && h; };
  const auto again = [&] { return a || b || c || d || e || f || g ? 1 : 2; };
  try { ask(); } catch (const failure& why) { again(); }
}
}
END
found=$(too_complex "$sample" | sed "s|^[^:]*:||; s| decisions in.*||")
if [[ $found != $'4: 16\n17: 16' ]]; then
  printf 'complexity.sh does not count what it should; of its sample it says:\n%s\n' "$found"
  exit 1
fi

mapfile -d '' files < <(find include src bpf tests examples \( -name 'build*' -o -name .cache \) -prune -o \
  -type f \( -name '*.[ch]pp' -o -name '*.[ch]' \) -print0 | sort -z)
if ((${#files[@]} == 0)); then
  echo 'no files found'
  exit 1
fi
bad=$(too_complex "${files[@]}")
if [[ -n $bad ]]; then
  printf '%s\n' "$bad" 'more than 15: give each question a function of its own, or take a table'
  exit 1
fi
