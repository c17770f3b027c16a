#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libFuzzer on each target, in a build with sanitizers by clang++: the corpus, then what it makes of it.
#
#   TOOPHER_FUZZ_SECONDS=600    for each target; 5 if not given
#   TOOPHER_FUZZ_TARGETS=...    only these
#
# What a target dies of is kept in the build directory's fuzz-found/crash-TARGET-..., and `fuzz/replay TARGET FILE` runs it again
# without a fuzzer. Inputs that reached something new are in fuzz-found/TARGET, and profiles for llvm-cov in fuzz-found, if the
# build is one with coverage.
set -u -o pipefail
readonly FOUND=$TOOPHER_BUILDDIR/fuzz-found CORPUS=$TOOPHER_SRCDIR/tests/fuzz/corpus
readonly FUZZER=$TOOPHER_BUILDDIR/tests/fuzz/fuzzer SECONDS_EACH=${TOOPHER_FUZZ_SECONDS:-5}

# fuzz TARGET
fuzz() {
  local log=$FOUND/$1.log
  mkdir -p "$FOUND/$1"
  TOOPHER_FUZZ=$1 LLVM_PROFILE_FILE=$FOUND/$1.profraw "$FUZZER" "$FOUND/$1" "$CORPUS/$1" -max_total_time="$SECONDS_EACH" \
    -max_len=16384 -timeout=30 -artifact_prefix="$FOUND/crash-$1-" -print_final_stats=1 >"$log" 2>&1 || {
    tail -n 30 "$log"
    echo "not ok $1: broken; see $log"
    return 1
  }
  awk -v name="$1" '/stat::number_of_executed_units/ { runs = $2 } / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") edges = $(i + 1) }
    END { if (runs == 0) { print "not ok " name ": no input was run"; exit 1 }
          printf "ok %-10s %12d inputs, %6d edges, nothing broken\n", name, runs, edges }' "$log"
}

read -r -d "" -a targets <<<"${TOOPHER_FUZZ_TARGETS:-$(ls "$CORPUS")}"
failed=0
for target in "${targets[@]}"; do fuzz "$target" || failed=1; done
exit "$failed"
