#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: embed.sh FILE...    (in the directory of this script: paths below it)
# Writes on standard output C++ that holds these files of the phone's app, plain and packed, for server/http/web_files.h.
# The same files make the same text everywhere.
#
# index.html, sw.js and app.webmanifest keep their addresses and are asked for anew each time; everything else lies below
# /app/VERSION/, where VERSION is the hash of all files, and may be cached for ever. Modules import each other by relative
# addresses, so nothing in them is rewritten.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")"

version=$(for file in "$@"; do sha256sum "$file"; done | sort -k 2 | sha256sum | cut -c 1-16)
base=/app/$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the first screen needs, so that the browser fetches it side by side: what lies in app/ itself, and that screen.
preloads=$(for file in "$@"; do
  case $file in
    app/screens/welcome.js) ;;
    app/words-de.js | app/*/*) continue ;;
    app/main.js) continue ;;
    app/*.js) ;;
    *) continue ;;
  esac
  printf '<link rel="modulepreload" href="%s/%s">\\n' "$base" "$file"
done)
# What the worker keeps for the time without network; PNG icons are the system's, which keeps its own.
offline=$(for file in "$@"; do
  case $file in
    index.html) printf "'/', " ;;
    app.webmanifest) printf "'/%s', " "$file" ;;
    sw.js | *.png) ;;
    *) printf "'%s/%s', " "$base" "$file" ;;
  esac
done)
offline=${offline%, }

type_of() {
  case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.png) echo 'image/png' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *) echo "embed.sh: no media type for $1" >&2 && exit 1 ;;
  esac
}

address_of() {
  case $1 in
    index.html) echo / ;;
    sw.js | app.webmanifest) echo "/$1" ;;
    *) echo "$base/$1" ;;
  esac
}

bytes() {
  printf 'constexpr unsigned char %s[] = {\n' "$1"
  od -An -v -tx1 "$2" | sed 's/ \(..\)/0x\1,/g'
  printf '};\n'
}

cat <<'END'
// Made by embed.sh.
#include "server/http/web_files.h"

#include <array>

namespace toopher::server {
namespace {

END
number=0
table=
for file in "$@"; do
  case $file in
    index.html | sw.js | app.webmanifest)
      sed "s|@BASE@|$base|g; s|@VERSION@|$version|g; s|@PRELOADS@|$preloads|; s|@FILES@|$offline|" "$file" >"$work/plain"
      kept=false
      ;;
    *)
      cp "$file" "$work/plain"
      kept=true
      ;;
  esac
  packed='{}'
  bytes "kFile$number" "$work/plain"
  case $file in
    *.png) ;;
    *)
      gzip -9 -n -c "$work/plain" >"$work/packed"
      bytes "kPacked$number" "$work/packed"
      packed="text(kPacked$number)"
      ;;
  esac
  etag=$(sha256sum <"$work/plain" | cut -c 1-32)
  table="$table    {\"$(address_of "$file")\", \"$(type_of "$file")\", \"\\\"$etag\\\"\", $kept, text(kFile$number), $packed},
"
  number=$((number + 1))
done
cat <<END

template <std::size_t Size>
std::string_view text(const unsigned char (&bytes)[Size]) {
  return {reinterpret_cast<const char*>(bytes), Size};
}

}  // namespace

std::span<const WebFile> web_files() {
  static const std::array<WebFile, $number> kFiles = {{
$table  }};
  return kFiles;
}

}  // namespace toopher::server
END
