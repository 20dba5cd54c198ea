# Does the library hold when it is built with checks, and is it the same bytes from wherever it is built? Sourced by run.sh.

# The sources as they are now, so that all builds are of the same ones while others work on them.
copy_sources() { # FOLDER
  rm -rf "$1"
  mkdir -p "$1"
  cp -R "$root/go.mod" "$root/go.sum" "$root/capi" "$root/core" "$root/include" "$1/"
}

# By the words of build.sh, which is read for its function `library`; all its command does is to say how it is used.
build_library() { # SOURCES OUTPUT_FOLDER [GO_FLAGS...]
  mkdir -p "$2"
  rm -f "$2"/libslmdb.so*
  local sources=$1 folder=$2
  shift 2
  (
    source "$root/build.sh" help >/dev/null
    root=$sources
    cd "$sources"
    library "$folder/libslmdb.so.1" "$@"
  )
  ln -s libslmdb.so.1 "$folder/libslmdb.so"
}

# Folders of names of different lengths, since a path that gets into the file shifts what follows it.
check_reproducible() {
  local one="$out/sources" other="$out/sources-in-another-place"
  copy_sources "$one"
  rm -rf "$other"
  cp -R "$one" "$other"
  step "builds" build_library "$one" "$out/repeat/1"
  step "builds elsewhere" build_library "$other" "$out/repeat/2"
  step "the same bytes" cmp "$out/repeat/1/libslmdb.so.1" "$out/repeat/2/libslmdb.so.1"
  rm -rf "$other"
  if cmp -s "$out/repeat/1/libslmdb.so.1" "$library"; then
    echo "     and the library under test is these bytes too"
  else
    echo "     the library under test was built from other sources than these, or otherwise"
  fi
}

# Under AddressSanitizer, host and library. Leaks are not looked for: Go's runtime keeps what it has until the end.
check_asan() {
  step "builds for AddressSanitizer" build_library "$out/sources" "$out/asan" -asan
  if ! $ok; then return; fi
  export ASAN_OPTIONS=detect_leaks=0
  check_programs "asan" "$CC" c c99 "$out/asan" -fsanitize=address -fno-omit-frame-pointer
  unset ASAN_OPTIONS
}

# With Go's own checks of pointers that cross between Go and C.
check_pointers() {
  export GOEXPERIMENT=cgocheck2
  step "builds with cgocheck2 and checkptr" build_library "$out/sources" "$out/cgocheck" -gcflags=all=-d=checkptr
  unset GOEXPERIMENT
  if ! $ok; then return; fi
  check_programs "cgocheck" "$CC" c c99 "$out/cgocheck"
}
