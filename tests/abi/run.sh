#!/usr/bin/env bash
# Does the C ABI keep its word? Usage: tests/abi/run.sh BUILD_DIR, which holds lib/libslmdb.so*.
#
# CC and CXX name the compilers (gcc, g++); clang and clang++ are used as well where they are. ABI_SEED and ABI_CALLS choose
# what the fuzzer does. All that is made goes to BUILD_DIR/abi; a failed step's output is shown, and kept in abi/logs.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -e "$1/lib/libslmdb.so.1" ]; then
  echo "usage: $0 BUILD_DIR (which holds lib/libslmdb.so.1)" >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(cd "$1" && pwd)
out="$BUILD/abi"
CC=${CC:-gcc}
CXX=${CXX:-g++}

source "$here/steps.sh"

c_compilers=("$CC")
cxx_compilers=("$CXX")
for compiler in clang clang++; do
  if ! command -v "$compiler" >/dev/null; then echo "skip $compiler: it is not here"
  elif [ "$compiler" = clang ]; then c_compilers+=(clang)
  else cxx_compilers+=(clang++); fi
done

source "$here/contract.sh"
source "$here/programs.sh"
source "$here/builds.sh"

run_all() {
  prepare_programs
  check_header
  check_library
  check_programs "$CC C99" "$CC" c c99 "$out/lib"
  for compiler in "${c_compilers[@]:1}"; do check_compiles "$compiler C99" "$compiler" c c99 "$out/lib"; done
  for compiler in "${cxx_compilers[@]}"; do check_compiles "$compiler C++11" "$compiler" c++ c++11 "$out/lib"; done
  check_reproducible
  check_asan
  check_pointers
  rm -rf "$out/sources"
  end_run abi
}

run_all
