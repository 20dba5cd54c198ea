# Do the programs of this folder hold against a library? Sourced by run.sh and arm64.sh: compiling
# and running them.

# In this order; what a program needs as arguments is in arguments_of.
programs=(statuses layout basic cursors direct fixture vectors errors arguments environments limits handles transactions
  children batches callbacks maintenance canceled streams operations pages aliases lists misuse threads growth orphans stacks
  fork old_kernel symbols dlopen processes fuzz)

# Each program may take this long, in seconds.
patience=60

# What a program is run by: nothing, or the words before its name that let it run on another machine than its own.
runner=()

# Sets `arguments` for a program. FOLDER holds the library, and WORD says how it was built.
arguments_of() { # PROGRAM FOLDER WORD
  local calls=150000
  arguments=()
  if [ "$3" = "$CC C99" ]; then calls=1000000; fi # all of them once is enough
  case $1 in
    fixture) arguments=("$out/expected.txt" "$root/tests/compat/scoped-heed/data.mdb") ;;
    vectors) arguments=("$out/vectors.txt") ;;
    dlopen) arguments=("$2/libslmdb.so.1") ;;
    fuzz) arguments=("${ABI_SEED:-1}" "${ABI_CALLS:-$calls}") ;;
  esac
}

# An LMDB for neighbour.c's host: the sources that the library itself is made of, compiled once more. Not the system's,
# which few machines have. The program is left out if they are not to be had, and vectors.c looks less deep.
prepare_neighbour() {
  host_sources=$(cd "$root" && go list -m -f '{{.Dir}}' github.com/PowerDNS/lmdb-go 2>/dev/null || true)
  if [ ! -e "$host_sources/lmdb/mdb.c" ]; then
    echo "skip neighbour: LMDB's sources are not here"
    return
  fi
  step "an LMDB for the host" build_host_lmdb
  if $ok; then programs+=(neighbour); fi
}

build_host_lmdb() {
  cd "$out/bin"
  "$CC" -O1 -w -pthread -c "$host_sources/lmdb/mdb.c" "$host_sources/lmdb/midl.c"
}

prepare_programs() {
  python3 "$here/tables.py" statuses "$root/include/slmdb.h" >"$out/statuses.inc"
  python3 "$here/tables.py" expected "$root/tests/compat/scoped-heed/expected.jsonl" >"$out/expected.txt"
  python3 "$here/tables.py" vectors "$root/tests/vectors/tuple.json" >"$out/vectors.txt"
  prepare_neighbour
}

compile() { # COMPILER LANGUAGE STANDARD FOLDER PROGRAM OUTPUT [FLAGS...]
  local flags=("${@:7}") own=()
  if [ "$2" = c ]; then flags+=(-Wstrict-prototypes); fi
  if [ "$5" = neighbour ] || { [ "$5" = vectors ] && [ -e "$out/bin/mdb.o" ]; }; then
    flags+=(-DHOST_LMDB -isystem "$host_sources/lmdb")
    own=("$out/bin/mdb.o" "$out/bin/midl.o")
  fi
  cd "$here" # so that a failed check is told without the folders of this machine
  # --as-needed: dlopen.c calls no function of the library, so it is not linked with it, and must not be
  "$1" -x "$2" -std="$3" "${warnings[@]}" "${flags[@]}" -O1 -g -I"$root/include" -I"$out" "$5.c" \
    -o "$6" -x none "${own[@]}" -rdynamic -pthread -L"$4" -Wl,--as-needed -lslmdb -ldl
}

run_program() { # FOLDER BINARY [ARGUMENTS...]
  LD_LIBRARY_PATH="$1" timeout -k 5 "$patience" "${runner[@]}" "${@:2}"
}

binary_of() { printf '%s/bin/%s-%s' "$out" "$2" "${1//[^A-Za-z0-9]/_}"; } # WORD PROGRAM

# Compiles every program, as many at a time as there are processors; what was said of each is kept beside it.
compile_all() { # WORD COMPILER LANGUAGE STANDARD FOLDER [FLAGS...]
  local program binary
  for program in "${programs[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    binary=$(binary_of "$1" "$program")
    (compile "${@:2:4}" "$program" "$binary" "${@:6}") >"$binary.said" 2>&1 9>&- &
  done
  wait
}

compiled() { # BINARY
  cat "$1.said"
  test -x "$1"
}

# Only compiles every program: what it does is the same by whatever compiler.
check_compiles() { # WORD COMPILER LANGUAGE STANDARD FOLDER [FLAGS...]
  local program
  compile_all "$@"
  for program in "${programs[@]}"; do step "$program compiles ($1)" compiled "$(binary_of "$1" "$program")"; done
}

# Compiles and runs every program, one step each.
check_programs() { # WORD COMPILER LANGUAGE STANDARD FOLDER [FLAGS...]
  local program binary
  compile_all "$@"
  for program in "${programs[@]}"; do
    binary=$(binary_of "$1" "$program")
    step "$program compiles ($1)" compiled "$binary"
    if ! $ok; then continue; fi
    arguments_of "$program" "$5" "$1"
    step "$program ($1)" run_program "$5" "$binary" "${arguments[@]}"
  done
}
