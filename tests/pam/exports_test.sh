#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pam_toopher.so exports pam_sm_* only, needs libpam and libc only, and is hardened; the programs are hardened, too.
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
flags() { readelf --wide --dynamic "$1" | sed -n 's/.*(FLAGS_1) *Flags: *//p' | tr ' ' '\n' | grep -x -e NOW -e PIE | sort | tr '\n' ' '; }

module="$src/pam_toopher.so"
expect "exported symbols" "pam_sm_authenticate pam_sm_setcred" \
	"$(nm --dynamic --defined-only "$module" | awk '{print $3}' | sort | tr '\n' ' ' | sed 's/ $//')"
if nm "$module" | grep -q __asan_; then
	echo "a sanitizer build: its libraries and flags are not looked at"
else
	expect "needed libraries" "libc.so.6 libpam.so.0" \
		"$(readelf --wide --dynamic "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort | tr '\n' ' ' | sed 's/ $//')"
	expect "module flags" "NOW " "$(flags "$module")"
	for program in toopher-helper toopher-pair toopher-authenticator toopherd; do
		[ -e "$src/$program" ] || continue
		expect "$program flags" "NOW PIE " "$(flags "$src/$program")"
	done
	for binary in "$module" "$src/toopher-helper"; do
		[ -e "$binary" ] || continue
		expect "$binary: executable stack" "" "$(readelf --wide --segments "$binary" | awk '/GNU_STACK/ && /RWE/')"
		expect "$binary: relro" "1" "$(readelf --wide --segments "$binary" | grep -c GNU_RELRO)"
		expect "$binary: stack protector" "yes" \
			"$(nm --dynamic "$binary" | grep -q __stack_chk_fail && echo yes || echo no)"
	done
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
