# Do the examples build with what pkg-config says, as C and as C++? Sourced by run.sh: functions, each one check.
# shellcheck shell=bash disable=SC2154 # root, work, prefix, warnings, examples are run.sh's

# Sets `flags` to pkg-config's answer; eval, since it writes a folder's spaces as a shell reads them.
ask() { # ARGUMENTS...
  local answer
  answer=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config "$@")
  echo "pkg-config $*: $answer"
  eval "flags=($answer)"
}

# Copies of the examples, out of the tree; sets `folder`.
copy_examples() {
  rm -rf "$work/user"
  mkdir "$work/user"
  folder=$work/user
  cp "$root"/examples/c/*.c "$root/examples/c/Makefile" "$root/examples/c/CMakeLists.txt" "$folder/"
  cd "$folder"
}

compile_all() { # COMPILER LANGUAGE STANDARD
  local name
  for name in "${examples[@]}"; do
    "$1" -x "$2" -std="$3" -O2 "${warnings[@]}" "$name.c" -x none -o "$name" -pthread "${flags[@]}"
  done
}

by_shared() { # COMPILER LANGUAGE STANDARD
  copy_examples
  ask --cflags --libs slmdb
  compile_all "$@"
  is_shared ./tenants
  LD_LIBRARY_PATH="$prefix/lib" run_examples "$folder"
}

by_static() { # COMPILER LANGUAGE STANDARD
  copy_examples
  ask --cflags --libs slmdb-static
  compile_all "$@"
  is_static ./tenants
  run_examples "$folder"
}

# slmdb.hpp is installed whole: the C++ example, with the library beside it and within it.
by_cpp() {
  local package
  for package in slmdb slmdb-static; do
    ask --cflags --libs "$package"
    "$CXX" -std=c++17 -O2 "${warnings[@]}" "$root/examples/cpp/tenants.cpp" -o "$work/cpp" -pthread "${flags[@]}"
    (cd "$work" && LD_LIBRARY_PATH="$prefix/lib" timeout -k 5 "$patience" ./cpp "$work/cpp.env")
    rm -r "$work/cpp" "$work/cpp.env"
  done
}

# Without any shared library, where --static must name all that the archive needs.
by_static_only() {
  copy_examples
  ask --static --cflags --libs slmdb
  flags+=(-static)
  compile_all "$CC" c c99
  readelf -d ./tenants | none grep NEEDED
  run_examples "$folder"
}

# Of two libraries of one name the linker is told to take the archive, and the rest from --static.
by_static_flag() {
  copy_examples
  ask --static --cflags --libs-only-L slmdb
  local found=("${flags[@]}")
  ask --static --libs-only-l --libs-only-other slmdb
  flags=("${found[@]}" -Wl,-Bstatic "${flags[@]}" -Wl,-Bdynamic)
  compile_all "$CC" c c99
  is_static ./tenants
  run_examples "$folder"
}

# By the Makefile that users copy; its programs find the library without LD_LIBRARY_PATH.
by_make() { # PACKAGE IS-SHARED-OR-STATIC
  copy_examples
  make CFLAGS="-O2 ${warnings[*]}" PKG_CONFIG_PATH="$prefix/lib/pkgconfig" SLMDB="$1"
  "$2" ./tenants
  run_examples "$folder"
  make clean PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
  test ! -e tenants
}

# Without an installed slmdb the Makefile says so.
make_refuses() {
  copy_examples
  local status=0
  make PKG_CONFIG_PATH="$work/nowhere" >"$work/said" 2>&1 || status=$?
  test "$status" -ne 0
  grep -F 'slmdb is not known to pkg-config' "$work/said"
}

right_version() {
  local package
  for package in slmdb slmdb-static; do
    test "$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --modversion "$package")" = "$(header_version "$prefix")"
    PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --validate "$package"
  done
}

check_pkgconfig() { # SUFFIX
  step "pkg-config: version$1" right_version
  step "pkg-config: shared, C99$1" by_shared "$CC" c c99
  step "pkg-config: shared, C++11$1" by_shared "$CXX" c++ c++11
  step "pkg-config: static, C99$1" by_static "$CC" c c99
  step "pkg-config: static, C++11$1" by_static "$CXX" c++ c++11
  step "pkg-config: shared and static, slmdb.hpp$1" by_cpp
  step "pkg-config: --static and -Bstatic$1" by_static_flag
  if has_static_libc; then step "pkg-config: --static and -static$1" by_static_only; fi
  if command -v make >/dev/null && [ -z "$1" ]; then # make knows no folders with spaces
    step "make: shared" by_make slmdb is_shared
    step "make: static" by_make slmdb-static is_static
    step "make: says what is missing" make_refuses
  fi
}
