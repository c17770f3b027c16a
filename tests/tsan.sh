#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make check-tsan`: toopherd with ThreadSanitizer, under the tests that call it from many sides.
#
#   TOOPHER_TSAN_TESTS=...    only these
#
# Builds in ./tsan-build. What it finds is printed; reports are kept there as report.PROGRAM.PID.
set -u -o pipefail
failed=0
readonly HERE=$TOOPHER_BUILDDIR/tsan-build
readonly ALONE=(toopher-admin toopher-authenticator toopher-helper toopher-pair)
read -r -d "" -a tests <<<"${TOOPHER_TSAN_TESTS:-e2e/server_api_test.py e2e/server_attack_test.py e2e/server_operations_test.py
  e2e/push_test.py e2e/admin_socket_test.py}"

give_up() {
  printf 'make check-tsan: %s\n' "$*" >&2
  exit 1
}

mkdir -p "$HERE" && cd "$HERE" || exit 1
if [ ! config.status -nt "$TOOPHER_SRCDIR/configure" ]; then
  "$TOOPHER_SRCDIR/configure" -q --enable-thread-sanitizer --enable-precompiled-header CXXFLAGS='-O1 -g1' ||
    give_up "configure failed"
fi
make -s -j"$(nproc)" -C src toopherd || give_up "the build failed"
for program in "${ALONE[@]}"; do cp "$TOOPHER_BUILDDIR/src/$program" src/ || give_up "$program is not built"; done

rm -f report.*
export TSAN_OPTIONS="log_path=$HERE/report log_exe_name=1 exitcode=0 second_deadlock_stack=1"
make -C tests check-TESTS check_PROGRAMS= TESTS="${tests[*]}" || failed=1
shopt -s nullglob
reports=(report.*)
[ "${#reports[@]}" -eq 0 ] || cat "${reports[@]}"
echo "${#reports[@]} processes with reports of ThreadSanitizer"
[ "$failed" -eq 0 ] && [ "${#reports[@]}" -eq 0 ]
