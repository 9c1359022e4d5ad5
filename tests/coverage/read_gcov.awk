# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Reads what `gcov --json-format --stdout` says of one object file and prints what concerns the library, one a line:
#   L FILE LINE COUNT              a line with code, once for each function that it is compiled into
#   B FILE LINE INDEX KIND COUNT   a branch of it; KIND is "throw", or "fall" or "jump"
#   F FILE LINE COUNT NAME         a function
# Records end at braces, those in names of lambdas having been replaced. gcov 12 and 13 tell a line's branches before
# its number and a file's lines before its name, later ones the other way round; both are taken.
BEGIN { RS = "[{}]" }

# The number or word behind a key of the current record.
function value(key,   rest) {
  if (!match($0, "\"" key "\": *")) return ""
  rest = substr($0, RSTART + RLENGTH)
  if (rest ~ /^"/) {
    rest = substr(rest, 2)
    return substr(rest, 1, index(rest, "\"") - 1)
  }
  sub(/[],].*/, "", rest)
  return rest
}
function hold(text) { held[++count] = text }
# The path below the top of the checkout; empty for files that are not the library's.
function library_file(path) {
  if (match(path, /include\/linchpin\/(core|bpf|kernel|hook|policy|store|engine)\/[a-z0-9_\/]*\.hpp$/))
    return substr(path, RSTART)
  if (match(path, /src\/(core|bpf|kernel|hook|policy|store|engine)\/[a-z0-9_\/]*\.[ch]pp$/))
    return substr(path, RSTART)
  return ""
}
function release(path,   file, i) {
  file = library_file(path)
  for (i = 1; i <= count && file != ""; i++) {
    kind = substr(held[i], 1, 1)
    print kind, file, substr(held[i], 3)
  }
  count = 0
}
function line_begins() { line = value("line_number"); hold("L " line " " value("count")) }
function add_branch() {
  branch[branches++] = (value("throw") == "true" ? "throw " : value("fallthrough") == "true" ? "fall " : "jump ") \
    value("count")
}
function keep_branches(   i) {
  for (i = 0; i < branches; i++) hold("B " line " " i " " branch[i])
  branches = 0
}

/"file":/ {
  if (/^\]/) {
    release(value("file"))
  } else {
    keep_branches()
    release(current)
    current = value("file")
  }
}
/"line_number":/ {
  if (/^\]/) {
    line_begins()
    keep_branches()
  } else {
    keep_branches()
    line_begins()
  }
}
/"throw":/ { add_branch() }
/"execution_count":/ { hold("F " value("start_line") " " value("execution_count") " " value("demangled_name")) }
END {
  keep_branches()
  release(current)
}
