#!/usr/bin/env bash
# Does slmdb.hpp do what it says, with every compiler? Usage: tests/cpp/run.sh BUILD_DIR, which holds lib/libslmdb.so*.
#
# CXX names a C++ compiler (g++); clang++ is used as well where it is. All that is made is in a folder that is removed.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -e "$1/lib/libslmdb.so.1" ]; then
  echo "usage: $0 BUILD_DIR (which holds lib/libslmdb.so.1)" >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
library=$(cd "$1/lib" && pwd)
programs=(owners entries walks transactions batches maintenance)
warnings=(-Wall -Wextra -pedantic -Wshadow -Wconversion -Wsign-conversion -Werror)
sanitize=(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
readonly patience=120 # seconds for one program
passed=0
failed=0

TMPDIR=$(mktemp -d)
export TMPDIR LD_LIBRARY_PATH=$library
out=$TMPDIR/out
mkdir "$out"
trap 'rm -rf "$TMPDIR"' EXIT

export UBSAN_OPTIONS=print_stacktrace=1 # and AddressSanitizer looks for leaks, unless it is told not to

# Runs one check; what it prints is shown if it failed. It must stand alone: within an `if` or beside `||` the shell
# would go on after a failed command inside of the check.
step() { # NAME COMMAND...
  local status=0
  (set -e; "${@:2}") >"$out/log" 2>&1 &
  wait $! || status=$?
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok   $1"
  else
    failed=$((failed + 1))
    echo "FAIL $1 (status $status)"
    head -n 25 "$out/log" | cut -c 1-300 | sed 's/^/     /'
  fi
}

compile() { # COMPILER STANDARD SOURCE OUTPUT [FLAGS...]
  (cd "$root" && "$1" -std="$2" "${warnings[@]}" -O1 -g -Iinclude "${@:5}" "$3" -o "$4" -pthread -L"$library" -lslmdb)
}

# Each header alone, and the two of all, twice.
headers() { # COMPILER STANDARD
  local header
  (cd "$root/include" && printf '%s\n' slmdb.hpp slmdb/*.hpp) | while read -r header; do
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
      "$1" -x c++ -std="$2" "${warnings[@]}" -I"$root/include" -fsyntax-only -
  done
}

refused() { # COMPILER STANDARD
  local mistake compiles
  for mistake in 0 1 2 3 4 5 6 7 8 9; do
    compiles=true
    "$1" -std="$2" -w -I"$root/include" -DREFUSED="$mistake" -fsyntax-only "$here/refused.cpp" || compiles=false
    if [ "$mistake" -eq 0 ]; then test "$compiles" = true; else test "$compiles" = false || exit "$mistake"; fi
  done
}

syntax_only() { # PROGRAM COMPILER STANDARD
  (cd "$root" && "$2" -std="$3" "${warnings[@]}" -Iinclude -fsyntax-only "tests/cpp/$1.cpp")
}

compile_and_run() { # PROGRAM COMPILER STANDARD [FLAGS...]
  compile "$2" "$3" "tests/cpp/$1.cpp" "$out/$1" "${@:4}"
  timeout -k 5 "$patience" "$out/$1"
}

example() { # COMPILER STANDARD
  compile "$1" "$2" examples/cpp/tenants.cpp "$out/tenants"
  local again
  for again in 1 2; do "$out/tenants" "$TMPDIR/tenants.env" >"$out/said"; done
  diff "$out/said" - <<'END'
acme: alice=admin bob=reader
globex: alice=reader
nothing was cleared, EmptyKey: a key of no bytes cannot be put: a key has 1 to 507 bytes
acme:
globex: alice=reader carol=admin
END
  rm -r "$TMPDIR/tenants.env"
}

other_abi() { # COMPILER STANDARD
  compile "$1" "$2" tests/cpp/abi.cpp "$out/abi"
  "${CC:-gcc}" -shared -fPIC "$here/old_abi.c" -o "$out/old_abi.so"
  LD_PRELOAD=$out/old_abi.so "$out/abi"
}

# Whether a compiler has its sanitizers' libraries, which some systems have in packages of their own.
sanitizes() { echo 'int main() {}' | "$1" -x c++ "${sanitize[@]}" - -o "$out/nothing" 2>/dev/null; }

nothing_left() { find "$TMPDIR" -mindepth 1 -maxdepth 1 ! -path "$out" | { ! grep .; }; }

run_all() {
  local compiler standard program
  step "all of slmdb.h is there" python3 "$here/complete.py" "$root/include"
  for compiler in "${CXX:-g++}" clang++; do
    if ! command -v "$compiler" >/dev/null; then
      echo "skip $compiler: it is not here"
      continue
    fi
    for standard in c++17 c++20; do
      step "headers ($compiler $standard)" headers "$compiler" "$standard"
      step "mistakes ($compiler $standard)" refused "$compiler" "$standard"
      # What the programs do is the same by any compiler and standard: they run once, and with sanitizers.
      for program in "${programs[@]}"; do
        if [ "$compiler $standard" = "${CXX:-g++} c++17" ]; then
          step "$program ($compiler $standard)" compile_and_run "$program" "$compiler" "$standard"
        else
          step "$program compiles ($compiler $standard)" syntax_only "$program" "$compiler" "$standard"
        fi
      done
      step "example ($compiler $standard)" example "$compiler" "$standard"
    done
    if sanitizes "$compiler"; then
      for program in "${programs[@]}"; do
        step "$program ($compiler, sanitizers)" compile_and_run "$program" "$compiler" c++17 "${sanitize[@]}"
      done
    else
      echo "skip $compiler's sanitizers: they are not here"
    fi
    step "a library of another ABI ($compiler)" other_abi "$compiler" c++17
  done
  step "nothing is left" nothing_left
  echo "cpp: $passed passed, $failed failed"
  exit "$((failed > 0))" # here, so that a change of this file meanwhile changes nothing
}

run_all
