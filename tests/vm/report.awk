# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Prints what a run of suites on several kernels came to, from lines of tab-separated fields:
#   kernel  suite  case|skip|time  status  name  text
# Variable `spans` says whether the run went from the oldest to the newest kernel of the matrix: only then does a
# test that every kernel skipped count as a failure. Variable LINCHPIN_ALSO_FAILED of the environment is one more failure. Exits 1 when
# anything failed.

function pad(text, width) { return sprintf("%-" width "s", text) }
function counts(kernel, suite) {
  return sprintf("%d passed, %d failed, %d skipped", count[kernel, suite, "passed"],
                 count[kernel, suite, "failed"], count[kernel, suite, "skipped"])
}

BEGIN { FS = "\t"; kernels = suites = widest = 0 }

!($1 in known_kernel) { known_kernel[$1]; kernel[++kernels] = $1; if (length($1) > widest) widest = length($1) }
!($2 in known_suite) { known_suite[$2]; suite[++suites] = $2 }
$3 == "time" { time[$1, $2] = $4; next }
$3 == "case" {
  count[$1, $2, $4]++
  total[$4]++
  if ($4 == "failed") failures[++failed] = "failed on " $1 ", suite " $2 ": " $5 "\n    " $6
}
$3 == "skip" {
  reasons[$1, $6]++
  if (reasons[$1, $6] == 1) order[$1, ++reason_count[$1]] = $6
  key = $2 ": " $5
  if (!(($1, key) in skipped_here)) {
    skipped_here[$1, key]
    if (++skipped_on[key] == 1) skipped_key[++skipped_keys] = key
  }
  why[key] = $6
}

END {
  if (!kernels) {
    print "nothing ran\n0 passed, 1 failed, 0 skipped"
    exit 1
  }
  printf "\n%s", pad("kernel", widest)
  for (s = 1; s <= suites; s++) printf "  %s", pad(suite[s], 44)
  printf "\n"
  for (k = 1; k <= kernels; k++) {
    printf "%s", pad(kernel[k], widest)
    for (s = 1; s <= suites; s++) printf "  %s", pad(counts(kernel[k], suite[s]) " (" time[kernel[k], suite[s]] " s)", 44)
    printf "\n"
  }
  for (k = 1; k <= kernels; k++) {
    if (!reason_count[kernel[k]]) continue
    printf "\nskipped on %s:\n", kernel[k]
    for (r = 1; r <= reason_count[kernel[k]]; r++)
      printf "  %3d x %s\n", reasons[kernel[k], order[kernel[k], r]], order[kernel[k], r]
  }
  for (s = 1; s <= skipped_keys; s++) {
    key = skipped_key[s]
    if (skipped_on[key] < kernels) continue
    text = "skipped on every kernel of this run: " key "\n    " why[key]
    if (spans) failures[++failed] = text
    else printf "%s%s\n", notes++ ? "" : "\n", text
  }
  if (ENVIRON["LINCHPIN_ALSO_FAILED"] != "") failures[++failed] = ENVIRON["LINCHPIN_ALSO_FAILED"]
  for (f = 1; f <= failed; f++) printf "%s%s\n", f == 1 ? "\n" : "", failures[f]
  printf "\n%d passed, %d failed, %d skipped\n", total["passed"], failed, total["skipped"]
  exit failed > 0
}
