#!/usr/bin/env bash
# Can a host drive the plain C ABI without a binding, at the cost of a call? Usage: tests/ffi/run.sh BUILD_DIR [NODE].
#
# BUILD_DIR holds lib/libslmdb.so.1. The host is npm's koffi, of the version in package-lock.json. All that is made but
# node_modules goes to BUILD_DIR/ffi, among it the library once more, without --wrap=pthread_getattr_np.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -e "$1/lib/libslmdb.so.1" ]; then
  echo "usage: $0 BUILD_DIR [NODE] (BUILD_DIR holds lib/libslmdb.so.1)" >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(cd "$1" && pwd)
out="$BUILD/ffi"
NODE=${2:-node}

# koffi comes built, in packages of its own for each system: its script has nothing to do.
install_packages() {
  cmp -s "$here/package-lock.json" "$here/node_modules/.installed" && return
  (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$here/package-lock.json" "$here/node_modules/.installed"
}

# By the words of build.sh, which is read for its function `library`; all its command does is to say how it is used.
build_unwrapped() {
  mkdir -p "$out"
  (
    source "$root/build.sh" help >/dev/null
    export SLMDB_STACK_FLAGS=
    library "$out/unwrapped.so"
  )
}

install_packages
build_unwrapped

# Tests work in here, and leave nothing.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
export SLMDB_LIBRARY="$BUILD/lib/libslmdb.so.1" SLMDB_UNWRAPPED="$out/unwrapped.so"

# One after the other: the last measures.
for test in abi recipe cost; do "$NODE" --test --test-reporter=spec "$here/$test.test.js"; done
left=$(find "$TMPDIR" -mindepth 1)
if [ -n "$left" ]; then
  echo "ffi: the tests left this: $left" >&2
  exit 1
fi
