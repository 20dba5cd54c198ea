# Does the library show what the header declares, and nothing else? Sourced by run.sh and arm64.sh: functions, each
# one check. NM and READELF name the programs that look into a library of another machine.

NM=${NM:-nm}
READELF=${READELF:-readelf}

readonly warnings=(-Wall -Wextra -pedantic -Werror)

# Whether a search finds nothing; `!` would hide a failure from the shell.
none() { # GREP...
  local status=0
  "$@" || status=$?
  test "$status" -eq 1
}

# The header compiles alone, twice in one file.
header_compiles() { # COMPILER LANGUAGE STANDARD
  local extra=()
  if [ "$2" = c ]; then extra=(-Wstrict-prototypes); fi
  printf '#include "slmdb.h"\n#include "slmdb.h"\nextern slmdb_error nothing;\n' |
    "$1" -x "$2" -std="$3" "${warnings[@]}" "${extra[@]}" -I"$root/include" -fsyntax-only -
}

# Header, version script and library name the same functions.
same_functions() {
  python3 "$here/tables.py" header "$root/include/slmdb.h" >"$out/header.txt"
  python3 "$here/tables.py" map "$root/include/slmdb.map" >"$out/map.txt"
  "$NM" -D --defined-only "$library" >"$out/nm.txt"
  python3 "$here/tables.py" nm "$out/nm.txt" >"$out/library.txt"
  test -s "$out/header.txt"
  diff "$out/header.txt" "$out/map.txt"
  diff "$out/header.txt" "$out/library.txt"
}

# So that a new function cannot be left out of the programs that try every function with every handle.
all_called() {
  python3 "$here/tables.py" calls "$here/calls.h" >"$out/calls.txt"
  diff "$out/header.txt" "$out/calls.txt"
}

# Every function has the one version, which is the only symbol that is none.
one_version() {
  test "$(awk '$2 == "A" { print $3 }' "$out/nm.txt")" = SLMDB_1
  awk '$2 != "A" { print $3 }' "$out/nm.txt" | none grep -v '@@SLMDB_1$'
}

same_statuses() { python3 "$here/tables.py" compare "$root/include/slmdb.h" "$root/core/errors.go"; }

right_soname() {
  "$READELF" -d "$library" | grep -F 'Library soname: [libslmdb.so.1]'
  test "$(readlink -f "$BUILD/lib/libslmdb.so")" = "$(readlink -f "$BUILD/lib/libslmdb.so.1")"
}

# Nothing is looked for in folders of the build machine, and only the C library is needed.
no_strange_needs() {
  "$READELF" -d "$library" >"$out/dynamic.txt"
  none grep -E 'RPATH|RUNPATH|TEXTREL' "$out/dynamic.txt"
  grep NEEDED "$out/dynamic.txt" | none grep -vE '\[(libc\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux[^]]*)\]'
}

# What is undefined comes from the C library by a version, or may be missing.
no_strange_symbols() {
  "$NM" -D --undefined-only "$library" >"$out/undefined.txt"
  awk '{ print $2 }' "$out/undefined.txt" |
    none grep -vE '@GLIBC_[0-9.]*$|^(_ITM_(de)?registerTMCloneTable|__gmon_start__)$'
  grep -o 'GLIBC_[0-9.]*' "$out/undefined.txt" | sort -Vu | tail -n 1 # the newest that is needed, for the log
}

no_executable_stack() { test "$("$READELF" -lW "$library" | awk '/GNU_STACK/ { print $7 }')" = RW; }

# Paths of the machine that built it.
no_machine_paths() { none grep -aqF -e "$root" -e "$HOME/" "$library"; }

check_header() {
  local compiler
  for compiler in "${c_compilers[@]}"; do
    step "header as C99 ($compiler)" header_compiles "$compiler" c c99
    step "header as C11 ($compiler)" header_compiles "$compiler" c c11
  done
  for compiler in "${cxx_compilers[@]}"; do
    step "header as C++11 ($compiler)" header_compiles "$compiler" c++ c++11
    step "header as C++17 ($compiler)" header_compiles "$compiler" c++ c++17
  done
  step "the same statuses in header and core" same_statuses
}

check_library() {
  step "the same functions in header, map and library" same_functions
  step "every function of the header is in calls.h" all_called
  step "one symbol version" one_version
  step "soname" right_soname
  step "needs the C library only" no_strange_needs
  step "no strange undefined symbols" no_strange_symbols
  step "no executable stack" no_executable_stack
  step "no paths of the build machine" no_machine_paths
}
