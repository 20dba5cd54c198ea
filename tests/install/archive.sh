# Does the static archive hold what the shared library does, and show nothing else? Sourced by run.sh: functions.
# shellcheck shell=bash disable=SC2154 # root, work, prefix, here, warnings, patience are run.sh's

# Programs of tests/abi that ask what linking could change: signals, forks, stacks, threads that end, names.
readonly abi_programs=(basic symbols fork stacks orphans)

# What a program could meet when it is linked is what the header declares, no more and no less.
archive_names() {
  python3 "$root/tests/abi/tables.py" header "$prefix/include/slmdb.h" | LC_ALL=C sort >"$work/header.txt"
  test -s "$work/header.txt"
  nm --defined-only --extern-only --format=posix "$prefix/lib/libslmdb.a" | awk 'NF > 1' >"$work/global.txt"
  diff "$work/header.txt" <(awk '{ print $1 }' "$work/global.txt" | LC_ALL=C sort)
  test "$(awk '{ print $2 }' "$work/global.txt" | sort -u)" = T # functions: no weak ones, no commons
}

# One object without debugging, whose constructors all have a priority, and whose stack is not executable.
archive_sections() {
  test "$(ar t "$prefix/lib/libslmdb.a")" = slmdb.o
  readelf -SW "$prefix/lib/libslmdb.a" >"$work/sections.txt"
  none grep -E '\.debug_|\.init_array +|\.ctors' "$work/sections.txt"
  grep -E '\.init_array\.(00)?101 ' "$work/sections.txt"
  grep -E '\.init_array\.00102 ' "$work/sections.txt"
  grep -F .note.GNU-stack "$work/sections.txt" | none grep -E ' [A-Z]*X[A-Z]* '
}

# What it needs, it needs strongly, or a static C library would not give it.
archive_needs() {
  nm --undefined-only "$prefix/lib/libslmdb.a" >"$work/undefined.txt"
  grep -E '^ +U pthread_getattr_np$' "$work/undefined.txt"
  none grep -E '__wrap_|__real_|_cgo_|slm_|mdb_| w ' "$work/undefined.txt"
}

# A program of tests/abi, linked with the archive.
abi_program() { # PROGRAM FLAGS...
  cd "$root/tests/abi"
  "$CC" -std=c99 "${warnings[@]}" -O1 -I"$prefix/include" "$1.c" -o "$work/$1" "$prefix/lib/libslmdb.a" -rdynamic \
    -pthread -ldl "${@:2}"
  is_static "$work/$1"
  timeout -k 5 "$patience" "$work/$1"
}

# A host with LMDB of its own, before the archive and behind it: each calls its own.
neighbour() {
  local sources order
  sources=$(cd "$root" && go list -m -f '{{.Dir}}' github.com/PowerDNS/lmdb-go)
  mkdir "$work/lmdb"
  cd "$work/lmdb"
  "$CC" -O1 -w -pthread -c "$sources/lmdb/mdb.c" "$sources/lmdb/midl.c"
  ar rcs libhost.a mdb.o midl.o
  for order in "$work/lmdb/libhost.a $prefix/lib/libslmdb.a" "$prefix/lib/libslmdb.a $work/lmdb/libhost.a"; do
    # shellcheck disable=SC2086 # two files, whose names have no spaces
    "$CC" -std=c99 "${warnings[@]}" -I"$prefix/include" -isystem "$sources/lmdb" "$root/tests/abi/neighbour.c" \
      -o "$work/neighbour" $order -pthread
    timeout -k 5 "$patience" "$work/neighbour"
  done
}

static_and_shared() { # COMPILER SOURCE FLAGS...
  local flags=("${@:3}" "${warnings[@]}" -I"$prefix/include")
  cd "$work"
  "$1" "${flags[@]}" "$2" -o one-static "$prefix/lib/libslmdb.a" -pthread -ldl
  is_static one-static
  timeout -k 5 "$patience" ./one-static
  "$1" "${flags[@]}" "$2" -o one-shared -L"$prefix/lib" -lslmdb -Wl,-rpath,"$prefix/lib" -pthread -ldl
  is_shared one-shared
  timeout -k 5 "$patience" ./one-shared
}

plugin() {
  cd "$work"
  "$CC" -std=c99 "${warnings[@]}" -fPIC -shared -I"$prefix/include" "$here/plugin.c" -o plugin.so \
    "$prefix/lib/libslmdb.a" -pthread -Wl,-z,nodelete -Wl,-z,defs
  is_static plugin.so
  readelf -d plugin.so | none grep -E TEXTREL
  "$CC" -std=c99 "${warnings[@]}" -DHOST "$here/plugin.c" -o plugin-host -pthread -ldl
  timeout -k 5 "$patience" ./plugin-host ./plugin.so
}

has_static_libc() {
  printf 'int main(void) { return 0; }\n' | "$CC" -x c -static - -o "$work/nothing" 2>/dev/null
}

check_archive() {
  local program
  step "archive: our functions only" archive_names
  step "archive: sections" archive_sections
  step "archive: what it needs" archive_needs
  for program in "${abi_programs[@]}"; do
    step "archive: $program" abi_program "$program"
  done
  step "archive: stacks, not position-independent" abi_program stacks -no-pie
  if has_static_libc; then
    for program in basic fork orphans; do # symbols and stacks look names up, which a static program has not
      step "archive: $program, no shared library at all" abi_program "$program" -static
    done
  else
    echo "skip archive: with -static: the static C library is not here"
  fi
  step "archive: beside the host's own LMDB" neighbour
  step "constructors before main" static_and_shared "$CXX" "$here/early.cc" -std=c++11
  step "a thread's stack is asked for once" static_and_shared "$CC" "$here/asks.c" -std=c99
  step "archive: inside of a shared library that is closed" plugin
}
