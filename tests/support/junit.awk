# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# With xml.awk, turns ctest's junit file into lines of tab-separated fields:
#   case  passed|failed|skipped  test  why it failed, where that is not the test's own output
#   skip  reason
# ctest calls "notrun" what skipped itself and what it could not start. Only a test that says why has
# skipped; one that ctest could not start, or that gives no reason, has failed.

function finish(how, why) { print "case", how, test, why; test = "" }

BEGIN { OFS = "\t" }

/<testcase / { test = attribute("name"); status = attribute("status"); message = ""; reasons = 0; next }
test == "" { next }
/<skipped / { message = attribute("message") }
match($0, /(^|>)skipped: /) {
  text = substr($0, RSTART + RLENGTH)
  sub(/<\/system-out>.*/, "", text)
  print "skip", plain(text)
  reasons++
}
/<\/testcase>/ {
  if (status == "run") finish("passed", "")
  else if (status == "fail") finish("failed", "")
  else if (status == "notrun" && message ~ /^SKIP_/ && reasons > 0) finish("skipped", "")
  else if (message ~ /^SKIP_/) finish("failed", "skipped without a reason")
  else finish("failed", "did not run: " (message == "" ? status : message))
}
END { if (test != "") finish("failed", "the report ends in the middle of it") }
