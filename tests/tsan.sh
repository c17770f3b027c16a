#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make check-tsan`: toopherd, and toopher-helper as a service, with ThreadSanitizer, under the tests that call them from many
# sides.
#
#   TOOPHER_TSAN_TESTS=...    only these
#
# Builds in ./tsan-build. What it finds is printed; reports are kept there as report.PROGRAM.PID.
set -u -o pipefail
failed=0
readonly HERE=$TOOPHER_BUILDDIR/tsan-build
readonly ALONE=(toopher-admin toopher-authenticator toopher-pair)
read -r -d "" -a tests <<<"${TOOPHER_TSAN_TESTS:-e2e/server_api_test.py e2e/server_attack_test.py e2e/server_operations_test.py
  e2e/push_test.py e2e/admin_socket_test.py e2e/helper_service_test.py e2e/approval_test.py}"

give_up() {
  printf 'make check-tsan: %s\n' "$*" >&2
  exit 1
}

mkdir -p "$HERE" && cd "$HERE" || exit 1
if [ ! config.status -nt "$TOOPHER_SRCDIR/configure" ]; then
  "$TOOPHER_SRCDIR/configure" -q --enable-thread-sanitizer --enable-precompiled-header CXXFLAGS='-O1 -g1' ||
    give_up "configure failed"
fi
make -s -j"$(nproc)" -C src toopherd toopher-helper || give_up "the build failed"
# Its filter would keep it from writing a report.
{ make -s -C tests bench/helper_unconfined && cp tests/bench/helper_unconfined src/toopher-helper; } || give_up "the build failed"
for program in "${ALONE[@]}"; do cp "$TOOPHER_BUILDDIR/src/$program" src/ || give_up "$program is not built"; done

rm -f report.*
# Where programs write that run as nobody, too.
reports=$(mktemp -d) || exit 1
trap 'rm -rf "$reports"' EXIT
chmod 1777 "$reports"
export TSAN_OPTIONS="log_path=$reports/report log_exe_name=1 exitcode=0 second_deadlock_stack=1"
make -C tests check-TESTS check_PROGRAMS= TESTS="${tests[*]}" || failed=1
shopt -s nullglob
found=("$reports"/report.*)
[ "${#found[@]}" -eq 0 ] || { cat "${found[@]}" && cp "${found[@]}" .; }
echo "${#found[@]} processes with reports of ThreadSanitizer"
[ "$failed" -eq 0 ] && [ "${#found[@]}" -eq 0 ]
