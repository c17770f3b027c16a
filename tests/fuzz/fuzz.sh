#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make fuzz`: libFuzzer on each target for ten minutes (fuzz_test.sh says what can be chosen), and how much of each room that
# reached. Builds in ./fuzz-build with clang.
set -u -o pipefail
readonly HERE=$TOOPHER_BUILDDIR/fuzz-build

give_up() {
  printf 'make fuzz: %s\n' "$*" >&2
  exit 1
}

build() {
  command -v clang++ >/dev/null || give_up "clang++ was not found. On Debian: apt-get install clang"
  mkdir -p "$HERE"
  cd "$HERE" || exit 1
  if [ ! config.status -nt "$TOOPHER_SRCDIR/configure" ]; then
    "$TOOPHER_SRCDIR/configure" -q --enable-sanitizers --enable-coverage --enable-precompiled-header CC=clang CXX=clang++ CXXFLAGS='-O1 -g1' ||
      give_up "configure failed"
  fi
  make -s -j"$(nproc)" -C src || give_up "the build failed"
  make -s -j"$(nproc)" -C tests fuzz/fuzzer fuzz/replay || give_up "the build failed"
}

# Lines that the targets reached together, by room.
coverage() {
  cd "$HERE/fuzz-found" || exit 1
  llvm-profdata merge -o all.profdata ./*.profraw &&
    llvm-cov report "$HERE/tests/fuzz/fuzzer" -instr-profile=all.profdata -ignore-filename-regex='/usr/|/tests/|/fuzz-build/' |
    awk '/\.(cc|h) / { room = $1; sub(/.*src\//, "", room); sub(/\/[^\/]*$/, "", room); all[room] += $8; missed[room] += $9 }
      END { for (room in all) if (all[room] > 0) printf "%-18s %6d lines, %5.1f %% reached\n", room, all[room], 100 - 100 * missed[room] / all[room] }' | sort
}

build
failed=0
TOOPHER_BUILDDIR=$HERE TOOPHER_FUZZ_SECONDS=${TOOPHER_FUZZ_SECONDS:-600} bash "$TOOPHER_SRCDIR/tests/fuzz/fuzz_test.sh" || failed=1
coverage
exit "$failed"
