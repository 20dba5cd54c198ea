#!/usr/bin/env bash
# Can programs outside of the tree be built with what is installed? Usage: run.sh BUILD_DIR
#
# BUILD_DIR holds lib/libslmdb.so*, the library that other tests have tried: the installed one must be the same bytes.
# CC and CXX name the compilers (gcc, g++). What pkg-config or CMake is needed for is left out, with a word, where they
# are missing. All is made in a temporary folder; a failed step's output is shown, and kept in BUILD_DIR/install.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -e "$1/lib/libslmdb.so.1" ]; then
  echo "usage: $0 BUILD_DIR (which holds lib/libslmdb.so.1)" >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(cd "$1" && pwd)
logs=$BUILD/install
CC=${CC:-gcc}
CXX=${CXX:-g++}
passed=0
failed=0
ok=true
readonly warnings=(-Wall -Wextra -pedantic -Werror)
readonly examples=(tenants scan workers)

# Each program may take this long, in seconds.
readonly patience=120

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$logs"
mkdir -p "$logs"
export TMPDIR=$work

# Nothing but what a step names may be found: neither another slmdb of this machine nor one's own settings.
unset PKG_CONFIG_PATH PKG_CONFIG_LIBDIR CMAKE_PREFIX_PATH slmdb_DIR slmdb_ROOT LD_LIBRARY_PATH LIBRARY_PATH CPATH
unset C_INCLUDE_PATH CPLUS_INCLUDE_PATH DESTDIR CFLAGS CXXFLAGS LDFLAGS MAKEFLAGS MAKELEVEL
export CC CXX

# Runs one check, and says in `ok` whether it held. It stands alone: within an `if` or beside `||` the shell would go on
# after a failed command inside of the check.
step() { # NAME COMMAND...
  local log="$logs/${1//[^A-Za-z0-9+]/_}.log" status=0
  (set -e; "${@:2}") >"$log" 2>&1 &
  wait $! || status=$?
  if [ "$status" -eq 0 ]; then
    ok=true
    passed=$((passed + 1))
    echo "ok   $1"
  else
    ok=false
    failed=$((failed + 1))
    echo "FAIL $1 (status $status)"
    tail -n 25 "$log" | cut -c 1-300 | sed 's/^/     /'
  fi
}

# Whether a search finds nothing; `!` would hide a failure from the shell.
none() { # GREP...
  local status=0
  "$@" || status=$?
  test "$status" -eq 1
}

# Runs all examples in a folder, twice: the second time finds the first one's data.
run_examples() { # FOLDER
  local name round
  rm -rf "$work/data"
  mkdir "$work/data"
  for name in "${examples[@]}"; do
    for round in 1 2; do
      echo "$name, $round"
      (cd "$work/data" && timeout -k 5 "$patience" "$1/$name")
    done
  done
}

# Whether a program asks the loader for the library, or has it inside.
is_shared() { readelf -d "$1" | grep -qF 'Shared library: [libslmdb.so.1]'; }
is_static() { readelf -d "$1" | none grep -F libslmdb; }

source "$here/prefix.sh"
source "$here/archive.sh"
source "$here/pkgconfig.sh"
source "$here/cmake.sh"

run_all() {
  local prefix=$work/prefix tool
  check_refusals
  check_install
  if $ok; then
    check_archive
    for tool in pkg-config make cmake; do
      command -v "$tool" >/dev/null || echo "skip what needs $tool: it is not here"
    done
    check_users
    mkdir "$work/another folder"
    mv "$prefix" "$work/another folder/moved"
    prefix="$work/another folder/moved"
    check_users ", moved"
    check_uninstall
  fi
  echo "install: $passed passed, $failed failed"
  exit "$((failed > 0))" # here, so that a change of this file meanwhile changes nothing
}

# Programs of users, against `prefix` as it is now.
check_users() { # [SUFFIX]
  if command -v pkg-config >/dev/null; then check_pkgconfig "${1:-}"; fi
  if command -v cmake >/dev/null; then check_cmake "${1:-}"; fi
}

run_all
