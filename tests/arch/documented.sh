#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# documented.sh ROOT: public headers say what they promise. Of all their lines that are not blank, four in ten
# are comments; of each header's two in ten, unless it only includes others. Every type, function and constant
# has a /// above it, or stands directly below one that has, without a blank line between them. No /// stands within
# a declaration, as between a template line and its function: there it belongs to the next one.
#
# A member of a class needs none where the class says it all: constructors, destructors, assignments, operators,
# data, and functions that override.
set -euo pipefail
cd "$1"

mapfile -d '' headers < <(find include/linchpin -name '*.hpp' ! -path '*/detail/*' ! -path '*/hook/*/*' -print0 | sort -z)
if ((${#headers[@]} == 0)); then
  echo 'no headers found'
  exit 1
fi

# Prints headers with too few comments, and the share of all of them.
too_few() {
  awk -v whole=40 -v each=20 '
  function judge() {
    if (path == "") return
    if (declares && comments * 100 < lines * each)
      printf "%s: %d of %d lines are comments; of a header at least %d in 100 are\n", path, comments, lines, each
    all_lines += lines; all_comments += comments
  }
  FNR == 1 { judge(); path = FILENAME; lines = comments = declares = 0 }
  /^[ \t]*$/ { next }
  { lines++ }
  /^[ \t]*\/\// { comments++; next }
  /{/ && !/namespace/ { declares = 1 }
  END {
    judge()
    if (all_comments * 100 < all_lines * whole)
      printf "of all public headers %d of %d lines are comments; at least %d in 100 are to be\n", all_comments, all_lines, whole
  }' "$@"
}

# Prints declarations without a ///.
undocumented() {
  awk '
  function start_file() { depth = 0; covered = 0; continues = 0; skip_depth = 0; in_macro = 0 }
  # Lines of a class that need no words of their own.
  function needs_none(line) {
    if (line ~ /^(public|private|protected):|^friend |^}|^requires|^static_assert|^namespace |^= default|^using .*::operator/) return 1
    if (line ~ /operator|override| = delete| = default|^~|^#|^LINCHPIN_/) return 1
    if (class_at[depth] != "" && line ~ ("^(explicit |constexpr )*" class_at[depth] "[(]")) return 1
    # data
    if (class_at[depth] != "" && line !~ /\(/ && line !~ /^(class|struct|enum|union|template|using|static|\[\[)/) return 1
    return 0
  }
  FNR == 1 { start_file() }
  {
    line = $0
    sub(/^[ \t]+/, "", line)
    if (line == "") { if (!continues) covered = 0; next }
    if (in_macro || line ~ /^#/) { in_macro = (line ~ /\\$/); next }
    if (line ~ /^\/\/\//) {
      if (continues && !hidden[depth])
        printf "%s:%d: a /// stands within a declaration: %s\n", FILENAME, FNR, substr(line, 1, 80)
      covered = 1
      next
    }
    if (line ~ /^\/\//) next
    code = line
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    trailing = (code ~ /\/\/\//)
    sub(/[ \t]*\/\/.*/, "", code)
    # The first line of a declaration at namespace scope or in the public part of a class.
    if (!continues && !skip_depth && !hidden[depth] && is_scope[depth] != 2) {
      forward = (code ~ /^(class|struct|template <[^>]*>)[^({=]*;$/)
      if (!covered && !trailing && !forward && !needs_none(code))
        printf "%s:%d: no /// says what this is: %s\n", FILENAME, FNR, substr(code, 1, 80)
    }
    if (code ~ /^(private|protected):/) hidden[depth] = 1
    if (code ~ /^public:/) { hidden[depth] = 0; covered = 1 }
    # What braces open: 0 a namespace, 1 a class, 2 anything else.
    if (!continues) statement = ""
    statement = statement " " code
    for (i = 1; i <= length(code); i++) {
      c = substr(code, i, 1)
      if (c == "{") {
        depth++
        hidden[depth] = hidden[depth - 1]
        class_at[depth] = ""
        if (statement ~ /(^| )namespace /) { is_scope[depth] = 0; if (statement ~ /detail \{?$|detail *\{/) hidden[depth] = 1 }
        else if (statement ~ /(^| )(class|struct) / && statement !~ /\(/ && is_scope[depth - 1] != 2) {
          is_scope[depth] = 1
          name = statement; sub(/ final.*| : .*|\{.*/, "", name); sub(/[ ]*$/, "", name); sub(/.*[ ]/, "", name)
          class_at[depth] = name
          hidden[depth] = hidden[depth - 1] || (statement ~ /(^| )class /)
          covered = 1
        } else is_scope[depth] = 2
        statement = ""
      } else if (c == "}") {
        depth--; statement = ""
      }
    }
    continues = !(code ~ /[;{}]$/ || code ~ /^(public|private|protected):$/)
    if (is_scope[depth] == 2) continues = 0
  }' "$@"
}

sample=$(mktemp)
trap 'rm -f "$sample"' EXIT
cat >"$sample" <<'END'
namespace sample {

/// Says something.
class documented {
 public:
  documented() = default;

  /// Two that belong together.
  int first() const;
  int second() const { return 2; }

  int bare_function() const;

 private:
  int hidden_;
};

inline int bare_at_namespace_scope(
    int a);

struct bare {
  int data;
};

template <class Value>
/// Says something of the wrong place.
int misplaced(Value value);

}  // namespace sample
END
found=$(undocumented "$sample" | sed 's/^[^:]*:\([0-9]*\):.*/\1/' | tr '\n' ' ')
if [[ $found != '12 18 21 25 26 ' ]]; then
  printf 'documented.sh does not find what it should; of its sample it names the lines %s\n' "$found"
  exit 1
fi

bad=$(
  too_few "${headers[@]}"
  undocumented "${headers[@]}"
)
if [[ -n $bad ]]; then
  printf '%s\n' "$bad"
  exit 1
fi
