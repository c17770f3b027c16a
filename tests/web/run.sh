#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tests of the phone's app: modules in node, the whole in Chromium and Firefox against a real toopherd. Pictures of the
# screens are left in BUILD/screens. The packages of package-lock.json go to BUILD/web. Prints `web: N passed, N failed` last.
#
#   TOOPHER_SRCDIR=... TOOPHER_BUILDDIR=... tests/web/run.sh [unit|browser]
set -eu
: "${TOOPHER_SRCDIR:?}" "${TOOPHER_BUILDDIR:?}"
here=$TOOPHER_SRCDIR/tests/web
packages=$TOOPHER_BUILDDIR/web

if ! cmp -s "$here/package-lock.json" "$packages/installed"; then
  mkdir -p "$packages"
  cp "$here/package.json" "$here/package-lock.json" "$packages"
  # A proxy of an offline machine answers nothing at all: give up in a minute.
  (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000)
  cp "$here/package-lock.json" "$packages/installed"
fi

log=$packages/log
status=0
: >"$log"
for kind in ${1:-unit browser}; do
  node --test --test-reporter=tap "$here/$kind/"*.test.js >"$log.$kind" 2>&1 || status=1
  cat "$log.$kind" >>"$log"
done
grep -E '^ *(not ok|ok) ' "$log"
[ "$status" -eq 0 ] || cat "$log"
awk '$1 == "#" && $2 == "pass" { passed += $3 } $1 == "#" && ($2 == "fail" || $2 == "cancelled") { failed += $3 }
  END { printf "web: %d passed, %d failed\n", passed, failed; exit failed != 0 || passed == 0 }' "$log" || status=1
exit "$status"
