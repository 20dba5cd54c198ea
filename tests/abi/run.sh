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
passed=0
failed=0
ok=true

mkdir -p "$out"
exec 9>"$out/lock"
flock 9 # one run at a time in this folder
rm -rf "$out/logs" "$out/bin" "$out/lib"
mkdir -p "$out/logs" "$out/bin" "$out/lib"

# Programs work in here. Others may pass through: environments.c gives root's rights away to try a closed folder.
TMPDIR=$(mktemp -d)
export TMPDIR
chmod 711 "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT

# A copy, since the library may be built anew while this runs.
cp -L "$BUILD/lib/libslmdb.so.1" "$out/lib/libslmdb.so.1"
ln -s libslmdb.so.1 "$out/lib/libslmdb.so"
library="$out/lib/libslmdb.so.1"

# Runs one check, and says in `ok` whether it held; what it prints is shown if it did not. It must stand alone: within an
# `if` or beside `||` the shell would go on after a failed command inside of the check.
step() { # NAME COMMAND...
  local log="$out/logs/${1//[^A-Za-z0-9+]/_}.log" status=0
  (set -e; "${@:2}") >"$log" 2>&1 9>&- &
  wait $! || status=$?
  if [ "$status" -eq 0 ]; then
    ok=true
    passed=$((passed + 1))
    echo "ok   $1"
  else
    ok=false
    failed=$((failed + 1))
    echo "FAIL $1 (status $status)"
    head -n 25 "$log" | cut -c 1-300 | sed 's/^/     /'
  fi
}

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
  check_contract
  for compiler in "${c_compilers[@]}"; do check_programs "$compiler C99" "$compiler" c c99 "$out/lib"; done
  for compiler in "${cxx_compilers[@]}"; do check_programs "$compiler C++11" "$compiler" c++ c++11 "$out/lib"; done
  check_reproducible
  check_asan
  check_pointers
  rm -rf "$out/sources"
  echo "abi: $passed passed, $failed failed"
  exit "$((failed > 0))" # here, so that a change of this file meanwhile changes nothing
}

run_all
