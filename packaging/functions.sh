# SPDX-License-Identifier: Apache-2.0
# For bash scripts at the top of the tree: Debian packages by purpose, becoming root, and the build in ./build.
# shellcheck shell=bash

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Whether as_root can work: a person who can be asked for a password, or none is needed.
can_be_root() {
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }
}

# missing_packages PURPOSE...: those of packaging/debian-packages that are not installed, one a line. An npm that came
# with another node will do: Debian's cannot stand beside it.
missing_packages() {
  local purpose package
  while read -r purpose package; do
    case " $* " in *" $purpose "*) ;; *) continue ;; esac
    if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
  done <packaging/debian-packages
}

# build_in DIRECTORY CONFIGURE-OPTION...: configures a fresh or outdated directory, and builds.
build_in() {
  local directory=$1
  shift
  [ configure -nt configure.ac ] || ./autogen.sh || return
  mkdir -p "$directory"
  if [ ! "$directory/config.status" -nt configure ]; then
    (cd "$directory" && ../configure -q "$@") || return
  fi
  make -C "$directory" -j"$(nproc)"
}

# unpack_packages PURPOSE DIRECTORY: those that tests want a file of and nobody should install. Says which it cannot get.
unpack_packages() {
  local package status=0
  for package in $(missing_packages "$1"); do
    [ ! -e "$2/.$package" ] || continue
    mkdir -p "$2" && (cd "$2" && apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg -x "$package"_*.deb . && touch ".$package") && continue
    echo "$package could not be downloaded"
    status=1
  done
  return "$status"
}
