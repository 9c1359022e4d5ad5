#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Behaviour of matrix.sh on made-up output of a run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d "${TMPDIR:-/tmp}/linchpin-matrix.XXXXXX")
trap 'rm -rf "$work"' EXIT
export LINCHPIN_MATRIX=$work/matrix.tsv
failed=0

# expect NAME COMMAND...
expect() {
  local name=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    printf 'passed: %s\n' "$name"
  else
    printf 'FAILED: %s: %s\n' "$name" "$*"
    cat "$work/said"
    failed=1
  fi
}
refused() { ! "$@"; }

# reports RELEASE LINE...: what the kernel suite printed there.
reports() {
  mkdir -p "$work/vm/$1/kernel"
  printf '%s\n' "${@:2}" >"$work/vm/$1/kernel/output"
}
old=('fact: tcx tcx attach=no' 'fact: tcx clsact filter attach=yes order=priorities' 'fact: tcy tcx attach=no'
  'fact: tcy clsact filter attach=yes order=priorities' 'fact: xdp link attach=yes order=none')
new=('fact: tcx tcx attach=yes order=anchors' 'fact: tcy tcx attach=yes order=anchors' 'fact: xdp link attach=no' 'noise')
reports 5.10.0-32-cloud-amd64 "${old[@]}"
reports 6.1.0-50-cloud-amd64 "${old[@]}"
reports 6.12.107+deb13-cloud-amd64 "${new[@]}" 'fact: netkit link attach=yes'
reports 7.3.4+deb13-cloud-amd64 "${new[@]}"
expect 'a run on less than the whole matrix is not recorded' refused ./matrix.sh record "$work"
reports 6.18.15+deb13-cloud-amd64 "${new[@]}" "${new[@]}"
expect 'a run on the whole matrix is recorded' ./matrix.sh record "$work"

cat >"$work/wanted" <<'TABLE'
| hook | 5.10 | 6.1 | 6.12 | 6.18 | 7.3 |
|---|---|---|---|---|---|
| `tcx`, `tcy` | by clsact filter, priorities | by clsact filter, priorities | yes, anchors | yes, anchors | yes, anchors |
| `xdp` | yes | yes | no | no | no |
| `netkit` | not tested | not tested | yes | not tested | not tested |
TABLE
./matrix.sh print >"$work/printed"
expect 'the table tells own mechanism, fallback, absence and silence apart, and joins equal rows' diff "$work/wanted" "$work/printed"

expect 'the run that was recorded agrees with the record' ./matrix.sh compare "$work"
reports 7.4.1+deb13-cloud-amd64 'fact: tcx tcx attach=no'
expect 'a kernel that was never recorded contradicts nothing' ./matrix.sh compare "$work"
reports 6.1.0-50-cloud-amd64 'fact: tcx tcx attach=yes' "${old[@]:1}"
expect 'another finding on a recorded kernel is refused' refused ./matrix.sh compare "$work"

printf 'above\n<!-- matrix:begin -->\nold\n<!-- matrix:end -->\nbelow\n' >"$work/readme"
expect 'a README that shows another table is refused' refused ./matrix.sh check "$work/readme"
./matrix.sh write "$work/readme"
expect 'a README that was written shows the table' ./matrix.sh check "$work/readme"
expect 'what surrounds the table stays' test "$(sed -n '1p;$p' "$work/readme" | xargs)" = 'above below'
printf 'no markers\n' >"$work/readme"
expect 'a README without markers is refused' refused ./matrix.sh check "$work/readme"
exit "$failed"
