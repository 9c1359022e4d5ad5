# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# With support/xml.awk, turns the XML report of a Catch2 executable into lines of tab-separated fields:
#   case  passed|failed|skipped  test                  first failure or first reason
#   skip  -                      test / section / ...  reason
# Test cases count as Catch2 counts them: one with a skipped part is skipped, unless it also failed.

function path(    i, text) {
  text = test
  for (i = 1; i <= depth; i++) text = text " / " section[i]
  return text
}
function place() { return attribute("filename") ":" attribute("line") }
function note_failure(text) { if (failure == "") failure = text }
function append(more) { collected = collected (collected == "" ? "" : "; ") more }
function finish(status, why) { print "case", status, test, why; test = "" }

BEGIN { OFS = "\t" }

/<TestCase / { test = attribute("name"); depth = 0; failure = ""; reason = ""; skips = 0; next }
/<Section / { section[++depth] = attribute("name"); next }
/<\/Section>/ { depth--; next }

/<Skip / { collecting = "skip"; collected = ""; next }
/<\/Skip>/ {
  print "skip", "-", path(), collected
  if (reason == "") reason = collected
  collecting = ""
  next
}

/<(Failure|Exception|FatalErrorCondition) / { where = place(); collecting = "failure"; collected = ""; next }
/<(Failure|Exception) .*\/>/ { note_failure(place()); collecting = ""; next }
/<\/(Failure|Exception)>/ { note_failure(where ": " collected); collecting = ""; next }
# What ended the process matters more than what had failed before.
/<\/FatalErrorCondition>/ { failure = where ": " collected; collecting = ""; next }

/<Expression / { broken = attribute("success") != "true"; where = place(); text = ""; next }
/<(Original|Expanded)>/ { collecting = "expression"; collected = ""; next }
/<\/Original>/ { text = collected; collecting = ""; next }
/<\/Expanded>/ { text = text "; with expansion: " collected; collecting = ""; next }
/<\/Expression>/ { if (broken) note_failure(where ": " text); next }

/<OverallResult / {
  if (attribute("success") != "true") finish("failed", failure)
  else if (attribute("skips") + 0 > 0) finish("skipped", reason)
  else finish("passed", "")
  next
}
collecting != "" { append(plain($0)) }

END { if (test != "") finish("failed", failure == "" ? "began and never ended" : failure) }
