#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the compiler and the linker were asked for is in the binaries: position independent, nothing to be bound or written after
# the start, no memory that is written and run, guards on stacks, checked copies, landing pads.
set -eu
build="${TOOPHER_BUILDDIR:-.}"
src="$build/src"
passed=0 failed=0

expect() { # WHAT EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf '%s: expected "%s", found "%s"\n' "$1" "$2" "$3"
	fi
}
# some COMMAND...: whether it prints anything
some() { if [ -n "$("$@")" ]; then echo yes; else echo no; fi; }
flags() { readelf --wide --dynamic "$1" | sed -n 's/.*(FLAGS_1) *Flags: *//p' | tr ' ' '\n' | grep -x -e NOW -e PIE | sort | xargs; }
segments() { readelf --wide --program-headers "$1" | grep -E "$2" || :; }
dynamic() { readelf --wide --dynamic "$1" | grep -E "$2" || :; }
imports() { nm --dynamic --undefined-only "$1" | grep -E "$2" || :; }
first_instruction() { objdump --disassemble="$2" --no-show-raw-insn "$1" | awk -v name="<$2>:" 'found { print $2; exit } $2 == name { found = 1 }'; }
instructions() { objdump --disassemble --no-show-raw-insn "$1" | grep -E "$2" | head -n 1; }

# programs: those of this build, which may be without a server
programs() {
	for program in toopher-helper toopher-check toopher-login toopher-pair toopher-authenticator toopherd toopher-admin; do
		[ ! -e "$src/$program" ] || echo "$program"
	done
}

module="pam_toopher.so"
if nm "$src/$module" | grep -q -e __asan_ -e __tsan_; then
	echo "a sanitizer build, which comes without hardening: 0 passed, 0 failed"
	exit 0
fi

expect "$module: bound at once" "NOW" "$(flags "$src/$module")"
for program in $(programs); do
	expect "$program: bound at once, and anywhere in memory" "NOW PIE" "$(flags "$src/$program")"
done

for binary in $module $(programs); do
	file="$src/$binary"
	expect "$binary: relocations become read-only" yes "$(some segments "$file" GNU_RELRO)"
	expect "$binary: says what its stack may" yes "$(some segments "$file" GNU_STACK)"
	expect "$binary: memory that is written and run" no "$(some segments "$file" '(LOAD|GNU_STACK).* (RWE|WE) ')"
	expect "$binary: relocations in its code" no "$(some dynamic "$file" '\((TEXTREL|RPATH|RUNPATH)\)')"
	expect "$binary: guards on stacks" yes "$(some imports "$file" __stack_chk_fail)"
done

# Of what the optimiser has proved nothing is left to check, as in the module and in toopher-login.
if grep -q '^CXXFLAGS = .*-O[123s]' "$src/Makefile"; then
	for program in $(programs | grep -v toopher-login); do
		expect "$program: checked copies" yes "$(some imports "$src/$program" '__([a-z]*printf|mem[a-z]*|str[a-z]*|explicit_bzero)_chk')"
	done
	# shellcheck disable=SC2016 # it is assembler
	expect "toopher-helper: big frames are touched page by page" yes \
		"$(some instructions "$src/toopher-helper" 'or[lq] +\$0x0,(0x[0-9a-f]+)?\(%rsp')"
fi

# glibc of Debian 12 is not marked for it, so that no processor is told to insist; our code is ready.
if [ "$(uname -m)" = x86_64 ]; then
	expect "$module: landing pads" endbr64 "$(first_instruction "$src/$module" pam_sm_authenticate)"
	for program in $(programs); do
		expect "$program: landing pads" endbr64 "$(first_instruction "$src/$program" main)"
	done
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
