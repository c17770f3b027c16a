#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every man page formats without a warning, names no page that is not there, and is installed.
set -u
top="${TOOPHER_SRCDIR:-.}"
passed=0 failed=0

complain() {
	failed=$((failed + 1))
	printf '%s\n' "$*"
}

for page in "$top"/man/*; do
	name=$(basename "$page")
	before=$failed
	warnings=$(groff -ww -mandoc -Tutf8 "$page" 2>&1 >/dev/null)
	[ -z "$warnings" ] || complain "$name: $warnings"
	grep -q "man/$name" "$top/Makefile.am" || complain "$name: not installed by Makefile.am"
	for other in $(sed -n 's/^\.Xr \(toopher[^ ]*\|pam_toopher\) \([0-9]\).*/\1.\2/p' "$page"); do
		[ -e "$top/man/$other" ] || complain "$name: refers to $other, which is not there"
	done
	[ "$failed" -ne "$before" ] || passed=$((passed + 1))
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
