# Do the examples build with the CMake package, as C and as C++? Sourced by run.sh: functions, each one check.
# shellcheck shell=bash disable=SC2154 # work, prefix, warnings, examples are run.sh's

# By the CMakeLists.txt that users copy.
by_cmake() { # ON-OR-OFF IS-SHARED-OR-STATIC
  copy_examples
  cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="${warnings[*]}" -DSLMDB_STATIC="$1"
  cmake --build build
  "$2" build/tenants
  run_examples "$folder/build"
}

# By a project that knows C++ only, with both targets.
by_cmake_cxx() {
  copy_examples
  local name
  for name in "${examples[@]}"; do mv "$name.c" "$name.cc"; done
  cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.10)
project(user CXX)
find_package(slmdb REQUIRED)
find_package(slmdb REQUIRED) # a second time, as in a larger project
set(CMAKE_CXX_STANDARD 11)
foreach(kind slmdb static)
  foreach(program tenants scan workers)
    add_executable(${program}-${kind} ${program}.cc)
    set_target_properties(${program}-${kind} PROPERTIES OUTPUT_NAME ${program} RUNTIME_OUTPUT_DIRECTORY ${kind})
    target_link_libraries(${program}-${kind} slmdb::${kind} -pthread)
  endforeach()
endforeach()
END
  cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_FLAGS="${warnings[*]}"
  cmake --build build
  is_shared build/slmdb/tenants
  run_examples "$folder/build/slmdb"
  is_static build/static/tenants
  run_examples "$folder/build/static"
}

# Which versions are asked for, and whether this one does for them: lines of yes or no, and find_package's arguments.
version_questions() {
  local major minor patch
  IFS=. read -r major minor patch <<<"$(header_version "$prefix")"
  cat <<END
yes
yes $major.$minor
yes $major.$minor.$patch
yes $major.$minor.$patch EXACT
no $major.$minor.$((patch + 1))
no $major.$((minor + 1))
no $((major + 1))
no $((major + 1)).$minor.$patch
END
  if [ "$minor" -gt 0 ] && [ "$major" -gt 0 ]; then echo "yes $major.$((minor - 1))"; fi
  if [ "$minor" -gt 0 ] && [ "$major" -eq 0 ]; then echo "no $major.$((minor - 1))"; fi
  if [ "$(printf '3.19\n%s\n' "$1" | sort -V | head -n 1)" = 3.19 ]; then
    cat <<END
yes $major.$minor...$major.$((minor + 2))
yes $major.$minor...$major.$minor.$patch
no 0...<$major.$minor.$patch
no $major.$((minor + 1))...$((major + 1))
END
  fi
}

right_versions() {
  local wanted asked
  rm -rf "$work/versions"
  mkdir "$work/versions"
  cd "$work/versions"
  {
    echo 'cmake_minimum_required(VERSION 3.10)'
    echo 'project(versions C)'
    version_questions "$(cmake --version | sed -n '1s/[^0-9]*//p')" | while read -r wanted asked; do
      echo "find_package(slmdb $asked QUIET CONFIG)"
      if [ "$wanted" = yes ]; then
        echo "if(NOT slmdb_FOUND OR NOT slmdb_VERSION STREQUAL \"$(header_version "$prefix")\")"
      else
        echo "if(slmdb_FOUND)"
      fi
      printf '  message(SEND_ERROR "%s: not so")\nendif()\nunset(slmdb_DIR CACHE)\n' "'$asked' $wanted"
    done
  } >CMakeLists.txt
  cat CMakeLists.txt
  cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix"
}

# A prefix from which a file was lost is told at once, not by the linker.
cmake_refuses() {
  local status=0
  cp -R "$prefix" "$work/broken"
  rm "$work/broken/lib/libslmdb.a"
  copy_examples
  cmake -S . -B build -DCMAKE_PREFIX_PATH="$work/broken" >"$work/said" 2>&1 || status=$?
  cat "$work/said"
  test "$status" -ne 0
  grep -F 'install slmdb anew' "$work/said"
}

check_cmake() { # SUFFIX
  step "CMake: slmdb::slmdb, C99$1" by_cmake OFF is_shared
  step "CMake: slmdb::static, C99$1" by_cmake ON is_static
  step "CMake: both, C++11$1" by_cmake_cxx
  if [ -z "$1" ]; then
    step "CMake: versions" right_versions
    step "CMake: says what is missing" cmake_refuses
  fi
}
