# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Adds up the lines of read_gcov.awk and prints
#   AREA LINES REACHED BRANCHES TAKEN FUNCTIONS CALLED     into -v summary=FILE, one area a line
# and on standard output the functions that nobody called, the lines that nobody reached, and of the places where an
# error is made (-v sites=FILE, each "FILE:LINE") those that nobody reached.
function area_of(file,   parts) {
  split(file, parts, "/")
  return parts[1] == "src" ? parts[2] : parts[3]
}
$1 == "L" {
  at = $2 SUBSEP $3
  if (!(at in reached)) {
    lines[$2] = lines[$2] " " $3
    reached[at] = 0
  }
  if ($4 > 0) reached[at] = 1
}
$1 == "B" {
  at = $2 SUBSEP $3 SUBSEP $4
  if (!(at in taken)) taken[at] = 0
  if ($6 > 0) taken[at] = 1
  if ($5 == "throw") thrown[at] = 1
}
$1 == "F" {
  at = $2 SUBSEP $3
  name = $0
  sub(/^F [^ ]+ [^ ]+ [^ ]+ /, "", name)
  if (!(at in called)) called[at] = 0
  if ($4 > 0) called[at] = 1
  # Of a template the shortest name will do.
  if (!(at in named) || length(name) < length(named[at])) named[at] = name
}

# The lines of a file in ascending order: numbers[1..n].
function in_order(file, numbers,   n, i, j, x) {
  n = split(lines[file], numbers, " ")
  for (i = 2; i <= n; i++) {
    x = numbers[i] + 0
    for (j = i - 1; j >= 1 && numbers[j] + 0 > x; j--) numbers[j + 1] = numbers[j]
    numbers[j + 1] = x
  }
  return n
}
# The first line with code from here on, a few lines ahead at most.
function statement_at(file, line,   i) {
  for (i = line; i < line + 5; i++) if ((file SUBSEP i) in reached) return i
  return 0
}

END {
  for (at in reached) {
    split(at, part, SUBSEP)
    area = area_of(part[1])
    all_lines[area]++
    good_lines[area] += reached[at]
  }
  for (at in taken) {
    split(at, part, SUBSEP)
    # A call that may throw counts as a call, not as a decision: both of its ways are left out.
    if (at in thrown || (part[1] SUBSEP part[2] SUBSEP (part[3] + 1)) in thrown) continue
    area = area_of(part[1])
    all_branches[area]++
    good_branches[area] += taken[at]
  }
  for (at in called) {
    split(at, part, SUBSEP)
    area = area_of(part[1])
    all_functions[area]++
    good_functions[area] += called[at]
    if (!called[at]) print "function " part[1] ":" part[2] ": " named[at]
  }
  for (area in all_lines)
    printf "%s %d %d %d %d %d %d\n", area, all_lines[area], good_lines[area], all_branches[area], good_branches[area],
      all_functions[area], good_functions[area] >summary

  for (file in lines) {
    n = in_order(file, numbers)
    first = 0
    for (i = 1; i <= n + 1; i++) {
      missed = i <= n && !reached[file, numbers[i]]
      if (missed && !first) first = numbers[i]
      if (missed) last = numbers[i]
      if (!missed && first) {
        printf "lines %s:%s\n", file, first == last ? first : first "-" last
        first = 0
      }
    }
    for (i in numbers) delete numbers[i]
  }
  while ((getline site <sites) > 0) {
    split(site, part, ":")
    line = statement_at(part[1], part[2] + 0)
    if (!line) print "error " part[1] ":" part[2] " (no code there)"
    else if (!reached[part[1], line]) print "error " part[1] ":" part[2]
  }
}
