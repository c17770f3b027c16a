#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make fuzz`: libFuzzer on each target, and how much of each room that reached.
#
#   TOOPHER_FUZZ_SECONDS=600    for each target
#   TOOPHER_FUZZ_TARGETS=...    only these
#
# Builds in ./fuzz-build with clang. What a target dies of is kept there as crash-TARGET-...; `fuzz/replay TARGET FILE` runs it
# again without a fuzzer. Inputs that reached something new are in fuzz-build/corpus.
set -u -o pipefail
readonly HERE=$TOOPHER_BUILDDIR/fuzz-build SECONDS_EACH=${TOOPHER_FUZZ_SECONDS:-600} CORPUS=$TOOPHER_SRCDIR/tests/fuzz/corpus
readonly FUZZER=$HERE/tests/fuzz/fuzzer

give_up() {
  printf 'make fuzz: %s\n' "$*" >&2
  exit 1
}

build() {
  command -v clang++ >/dev/null || give_up "clang++ was not found. On Debian: apt-get install clang"
  mkdir -p "$HERE"
  cd "$HERE" || exit 1
  if [ ! config.status -nt "$TOOPHER_SRCDIR/configure" ]; then
    "$TOOPHER_SRCDIR/configure" -q --enable-fuzzing CC=clang CXX=clang++ CXXFLAGS='-O1 -g1' || give_up "configure failed"
  fi
  make -s -j"$(nproc)" -C src || give_up "the build failed"
  make -s -j"$(nproc)" -C tests fuzz/fuzzer || give_up "the build failed"
}

# fuzz TARGET
fuzz() {
  local found=$HERE/corpus/$1 log=$HERE/$1.log
  mkdir -p "$found"
  TOOPHER_FUZZ=$1 LLVM_PROFILE_FILE=$HERE/$1.profraw "$FUZZER" "$found" "$CORPUS/$1" -max_total_time="$SECONDS_EACH" \
    -max_len=16384 -timeout=30 -artifact_prefix="$HERE/crash-$1-" -print_final_stats=1 >"$log" 2>&1 || {
    tail -n 30 "$log"
    echo "$1: broken; see $log"
    return 1
  }
  awk -v name="$1" '/stat::number_of_executed_units/ { runs = $2 } / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") edges = $(i + 1) }
    END { printf "%-10s %12d inputs, %6d edges, nothing broken\n", name, runs, edges }' "$log"
}

# Lines that the targets reached together, by room.
coverage() {
  llvm-profdata merge -o all.profdata ./*.profraw &&
    llvm-cov report "$FUZZER" -instr-profile=all.profdata -ignore-filename-regex='/usr/|/tests/|/fuzz-build/' |
    awk '/\.(cc|h) / { room = $1; sub(/.*src\//, "", room); sub(/\/[^\/]*$/, "", room); all[room] += $8; missed[room] += $9 }
      END { for (room in all) printf "%-18s %6d lines, %5.1f %% reached\n", room, all[room], 100 - 100 * missed[room] / all[room] }' | sort
}

build
read -r -d "" -a targets <<<"${TOOPHER_FUZZ_TARGETS:-$(ls "$CORPUS")}"
failed=0
for target in "${targets[@]}"; do fuzz "$target" || failed=1; done
coverage
exit "$failed"
