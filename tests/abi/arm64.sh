#!/usr/bin/env bash
# Does the C ABI keep its word on arm64? Usage: tests/abi/arm64.sh BUILD_DIR, which holds arm64's lib/libslmdb.so*.
#
# The programs of run.sh, compiled by a cross compiler and run under qemu (`./build.sh tools` installs both). ABI_SEED
# and ABI_CALLS choose what the fuzzer does, as for run.sh.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -e "$1/lib/libslmdb.so.1" ]; then
  echo "usage: $0 BUILD_DIR (which holds lib/libslmdb.so.1 for arm64)" >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(cd "$1" && pwd)
out="$BUILD/abi"
CC=aarch64-linux-gnu-gcc
NM=aarch64-linux-gnu-nm
READELF=aarch64-linux-gnu-readelf
ABI_CALLS=${ABI_CALLS:-20000}

source "$here/steps.sh"
source "$here/contract.sh"
source "$here/programs.sh"

runner=(qemu-aarch64 -L /usr/aarch64-linux-gnu) # where the cross compiler has its C library
export ABI_RUNNER="${runner[*]}"                # so that programs know it, and can start others
patience=300

right_machine() { "$READELF" -h "$library" | grep -E 'Machine: +AArch64'; }

run_all() {
  prepare_programs
  step "for arm64" right_machine
  check_library
  check_programs "arm64 C99" "$CC" c c99 "$out/lib"
  end_run "abi on arm64"
}

run_all
