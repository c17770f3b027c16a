#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh [--quick] [FILE...]: clang-format, cppcheck and clang-tidy over these sources, or over all. Silent when there
# is nothing to say; 1 when there is, 2 when a tool is missing. --quick leaves clang-tidy out: it takes minutes.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${TOOPHER_BUILDDIR:-$(pwd)}

quick=no
if [ "${1:-}" = --quick ]; then
  quick=yes
  shift
fi

for tool in clang-format cppcheck clang-tidy pkg-config; do
  command -v "$tool" >/dev/null 2>&1 || {
    echo "lint: $tool was not found. On Debian: apt-get install $tool" >&2
    exit 2
  }
done

if [ $# -gt 0 ]; then
  for file; do
    [ -f "$file" ] || {
      echo "lint: $file does not exist" >&2
      exit 2
    }
  done
else
  cd "$root" || exit 2
  # shellcheck disable=SC2046 # no source has a blank in its name
  set -- $(find src tests -name '*.cc' -o -name '*.h' | sort)
fi

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

# config.h lies in the build directory; where nothing was configured, an empty one does for names and types.
if [ ! -f "$build/config.h" ]; then
  build=$scratch
  : >"$scratch/config.h"
fi

# clang-tidy reads what a compiler reads, so the flags are those of src/ and tests/Makefile.am.
# shellcheck disable=SC2089 # the quotes are the preprocessor's
flags="-std=c++20 -I$root/src -I$root/tests -I$build -DSYSCONFDIR=\"/etc\" -DLIBEXECDIR=\"/usr/libexec\"
  -DLOCALSTATEDIR=\"/var\" -DLOCALEDIR=\"/usr/share/locale\" -DPAMDIR=\"/lib/security\" -DTEST_DATA=\"$root/tests/data\" -DTEST_BUILD=\"$build\"
  $(pkg-config --cflags libcrypto jansson libcurl libpq sqlite3 libqrencode libpng 2>/dev/null)"

status=0
clang-format --dry-run -Werror "$@" || status=1
cppcheck -j "$(nproc)" --quiet --std=c++20 --language=c++ --enable=warning,performance,portability --inline-suppr \
  --error-exitcode=1 -I "$root/src" -I "$root/tests" --suppress=missingInclude "$@" || status=1

[ "$quick" = no ] || exit $status

# What was silent before, with the same headers of ours, checks and flags, is not read again: a file takes ten seconds and
# more, and few change between two runs. What the analyzer finds in headers of the system is left out; its path leads
# through our files, so that header filters do not: clang 14 knows nothing of coroutine frames, and takes what Asio keeps
# in them for uninitialized.
cache=$scratch
[ "$build" = "$scratch" ] || cache=$build/lint-cache
mkdir -p "$cache" || exit 2
# shellcheck disable=SC2016 # expanded by the shell that xargs starts
tidy='
  state=$({ clang-tidy --version; echo "$flags"; cat "$root/.clang-tidy"
    ${CXX:-g++} -MM $flags "$0" | sed "s/^[^:]*://; s/\\\\$//" | xargs cat; } | sha256sum)
  state=$cache/${state%% *}
  [ ! -e "$state" ] || exit 0
  said=$(clang-tidy --quiet "$0" -- $flags 2>/dev/null)
  if [ $? -ne 0 ] && [ -z "$said" ]; then
    echo "lint: clang-tidy failed without a word: $0"
    exit 1
  fi
  findings=$(printf "%s\n" "$said" | awk "
    /^[^ ]+:[0-9]+:[0-9]+: (error|warning): / { keep = !(/^\/usr\/(include|lib)\// && /\[clang-analyzer-/) }
    keep")
  [ -z "$findings" ] || { printf "%s\n" "$findings"; exit 1; }
  : >"$state"'
# shellcheck disable=SC2090 # flags are words
export flags root cache

# Headers are read with the sources that include them. One line each, so that findings stay together.
for file; do
  case $file in *.h) continue ;; esac
  printf '%s\n' "$file"
done >"$scratch/sources"
[ ! -s "$scratch/sources" ] || xargs -P "$(nproc)" -n 1 sh -c "$tidy" <"$scratch/sources" || status=1
exit $status
