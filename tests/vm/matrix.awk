# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# From lines "series family mechanism key=value..." to a Markdown table, hook family x kernel. The mechanism that a
# family names first is its own; working by another one is "by" that one.

function value(key,    i) {
  for (i = 4; i <= NF; i++)
    if (index($i, key "=") == 1) return substr($i, length(key) + 2)
  return ""
}

BEGIN { FS = "\t" }

!($1 in known_series) { known_series[$1]; series[++kernels] = $1 }
!($2 in known_family) { known_family[$2]; family[++families] = $2; own[$2] = $3 }
{
  reported[$2, $1]
  if (value("attach") != "yes" || ($2, $1) in cell) next
  order = value("order")
  cell[$2, $1] = ($3 == own[$2] ? "yes" : "by " $3) (order == "" || order == "none" ? "" : ", " order)
}

END {
  line = "| hook |"; rule = "|---|"
  for (k = 1; k <= kernels; k++) { line = line " " series[k] " |"; rule = rule "---|" }
  print line "\n" rule
  for (f = 1; f <= families; f++) {
    line = ""
    for (k = 1; k <= kernels; k++) {
      if ((family[f], series[k]) in cell) line = line " " cell[family[f], series[k]] " |"
      else line = line ((family[f], series[k]) in reported ? " no |" : " not tested |")
    }
    # Neighbours that do the same everywhere share a row.
    if (f > 1 && line == cells[rows]) names[rows] = names[rows] ", `" family[f] "`"
    else { names[++rows] = "`" family[f] "`"; cells[rows] = line }
  }
  for (r = 1; r <= rows; r++) print "| " names[r] " |" cells[r]
}
