#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pam_toopher.so exports pam_sm_* only, and needs libpam and libc only.
set -eu
src="${TOOPHER_BUILDDIR:-.}/src"
passed=0 failed=0

expect() { # WHAT EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf '%s: expected "%s", found "%s"\n' "$1" "$2" "$3"
	fi
}

module="$src/pam_toopher.so"
expect "exported symbols" "pam_sm_authenticate pam_sm_setcred" \
	"$(nm --dynamic --defined-only "$module" | awk '{print $3}' | sort | tr '\n' ' ' | sed 's/ $//')"
if nm "$module" | grep -q __asan_; then
	echo "a sanitizer build: its libraries are not looked at"
else
	expect "needed libraries" "libc.so.6 libpam.so.0" \
		"$(readelf --wide --dynamic "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort | tr '\n' ' ' | sed 's/ $//')"
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
