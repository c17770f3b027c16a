#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every message is in the template, and every language has a translation of each that fits.
command -v msgcmp >/dev/null 2>&1 || {
  echo "po_test: gettext is not installed" >&2
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
"$TOOPHER_SRCDIR/po/extract" "$TOOPHER_SRCDIR" >"$scratch/toopher.pot" || exit 1
cmp "$scratch/toopher.pot" "$TOOPHER_SRCDIR/po/toopher.pot" || {
  echo "po_test: po/toopher.pot is older than the messages; run: make update-po" >&2
  exit 1
}
status=0
while read -r language; do
  po=$TOOPHER_SRCDIR/po/$language.po
  msgcmp "$po" "$scratch/toopher.pot" || status=1
  msgfmt --check --check-header --output-file=/dev/null "$po" || status=1
done <"$TOOPHER_SRCDIR/po/LINGUAS"
exit $status
