# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Builds the executables and runs one of them in one guest. To be sourced by run.sh.
# shellcheck disable=SC2154 # here, build, guest_megabytes: of run.sh

# build_targets SOURCE BUILD TARGET...: says nothing unless it fails.
build_targets() {
  local source=$1 build=$2
  shift 2
  new_build "$build"
  quietly 'vm: configuring' cmake -S "$source" -B "$build" -DLINCHPIN_BUILD_TESTS=ON "${linchpin_new_build[@]}" &&
    quietly "vm: building $*" cmake --build "$build" --parallel --target "$@"
}

# run_suite KERNEL SUITE EXECUTABLE SECONDS DIRECTORY ENVIRONMENT TESTS: boots one kernel with one suite and leaves
# its lines of the results in DIRECTORY/results.tsv.
run_suite() {
  local kernel=$1 suite=$2 executable=$3 seconds=$4 directory=$5 environment=$6 tests=$7
  local release status begin=$SECONDS attempt
  [ "$environment" != - ] || environment=
  release=$(cat "$kernel/release")
  mkdir -p "$directory"
  for attempt in first second; do
    status=0
    "$here/boot.sh" -m "$guest_megabytes" -t "$seconds" -o "$directory" -p "$build/vm/payload.cpio" "$kernel" \
      "$environment $executable ${tests:+'$tests'} --colour-mode none --order decl -r console \
        -r xml::out=/out/results.xml" 2>"$directory/boot" ||
      status=$?
    # qemu itself breaks about one guest in a hundred; a test that breaks the kernel does so twice.
    if [ "$status" -ne 125 ] || [ "$attempt" = second ]; then
      break
    fi
    printf 'vm: %s %s: the guest died without reporting; once more\n' "$release" "$suite"
    cat "$directory/boot"
  done
  {
    [ ! -s "$directory/out/results.xml" ] || awk -f "$here/../support/xml.awk" -f "$here/results.awk" "$directory/out/results.xml"
    case $status in
      # 4 is how Catch2 says that every test was skipped.
      0 | 4) [ -s "$directory/out/results.xml" ] || printf 'case\tfailed\t(suite)\tno report was written\n' ;;
      124) printf 'case\tfailed\t(suite)\tran out of its %s seconds\n' "$seconds" ;;
      125) printf 'case\tfailed\t(suite)\tthe guest died without reporting, twice: see %s/console\n' "$directory" ;;
      *) grep -qs '<OverallResult success="false"' "$directory/out/results.xml" ||
        printf 'case\tfailed\t(suite)\texit status %s: see %s/output\n' "$status" "$directory" ;;
    esac
    printf 'time\t%s\t-\t-\n' $((SECONDS - begin))
  } | sed "s|^|$release\t$suite\t|" >"$directory/results.tsv"
  awk -F '\t' '$3 == "case" { n[$4]++ } $3 == "time" { seconds = $4 }
    END { printf "vm: %s %s: %d passed, %d failed, %d skipped (%d s)\n", $1, $2, n["passed"], n["failed"], n["skipped"],
          seconds }' "$directory/results.tsv"
}
