#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make check-reproducible`: two builds of the same source in places of different names give the same bytes, debugging
# information included. Takes as long as two builds.
#
#   TOOPHER_PROGRAMS='pam_toopher.so toopher-helper'    only these
set -u -o pipefail
read -r -d "" -a programs <<<"${TOOPHER_PROGRAMS:-pam_toopher.so toopher-helper toopherd toopher-admin toopher-pair toopher-authenticator toopher-check}"
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
export CCACHE_DISABLE=1  # a cache would answer for the second build

# copy DIRECTORY
copy() {
  mkdir -p "$1/build" &&
    tar -C "$TOOPHER_SRCDIR" --exclude=./build --exclude=./build-asan --exclude=./build-tsan --exclude=./.git -cf - . | tar -C "$1" -xf -
}

# build DIRECTORY
build() {
  (cd "$1/build" && ../configure -q >/dev/null && make -s -C src -j"$(nproc)" "${programs[@]}" >/dev/null)
}

readonly ONE=$place/one
readonly OTHER=$place/another/with/a/longer/name
# Both before the first build: somebody may edit the source meanwhile.
{ copy "$ONE" && copy "$OTHER"; } || { echo "the source cannot be copied"; exit 1; }
for directory in "$ONE" "$OTHER"; do
  build "$directory" || { echo "the build in $directory failed"; exit 1; }
done
differ=0
for program in "${programs[@]}"; do
  if cmp "$ONE/build/src/$program" "$OTHER/build/src/$program"; then
    echo "ok $program: the same bytes"
  else
    echo "not ok $program"
    differ=1
  fi
done
exit "$differ"
