# What a C or C++ program links with, and where it is put. Sourced by build.sh, whose names it uses: functions only.
# shellcheck shell=bash disable=SC2154 # root, build, version, soname and CC are build.sh's

check_install_tools() {
  need_c
  need "${AR:-ar}" "GNU binutils; Debian: apt-get install binutils"
  need "${OBJCOPY:-objcopy}" "GNU binutils; Debian: apt-get install binutils"
  refuse_missing
  check_go_version
}

# The functions that programs may call, as the version script has them.
public_names() { sed -n 's/^ *\(slmdb_[a-z0-9_]*\);$/\1/p' "$root/include/slmdb.map"; }

# archive OUTPUT: libslmdb.a with our symbols only. What Go makes (some 40 objects, whose names would meet those of a
# program's own LMDB or of other archives made by Go) is linked into one, and all names but ours are then made local.
#   --wrap        as for the shared library, so that users need no flags of the linker
#   -d            gives "common" variables their place here; as commons they would stay global
#   --unique      keeps the objects' code in sections of their own: as one of a megabyte it crashes GNU ld 2.40 for
#                 arm64, where that looks for instructions to mend (--fix-cortex-a53-843419)
#   .init_array   Go's start is moved before the program's own constructors, of which one that calls us would wait for
#                 Go for ever; the loader sees to that for a shared library. 101 is block_signals in capi/guard.c
archive() {
  local output=$1 work=$1.parts
  rm -rf "$work"
  mkdir -p "$work"
  go build -buildmode=c-archive -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$work/go.a" ./capi
  "$CC" -O2 -fPIC -c "$root/packaging/c/strong.c" -o "$work/strong.o"
  "$CC" -r -nostdlib -Wl,-d -Wl,--unique=.text -Wl,--wrap=pthread_getattr_np \
    -Wl,--whole-archive "$work/go.a" -Wl,--no-whole-archive "$work/strong.o" -o "$work/linked.o"
  public_names >"$work/names"
  [ -s "$work/names" ] || fail "include/slmdb.map names no functions"
  "${OBJCOPY:-objcopy}" --keep-global-symbols="$work/names" --rename-section .init_array=.init_array.00102 \
    --strip-unneeded "$work/linked.o" "$work/slmdb.o"
  "${AR:-ar}" rcsD "$work/libslmdb.a" "$work/slmdb.o"
  mv "$work/libslmdb.a" "$output"
  rm -rf "$work"
}

# The licences of all that is inside of the library; each asks to go with it.
third_party() {
  local path release folder file
  printf 'slmdb contains parts of these; each is followed by its licence.\n'
  go list -deps -f '{{with .Module}}{{if not .Main}}{{printf "%s\t%s\t%s" .Path .Version .Dir}}{{end}}{{end}}' ./capi |
    LC_ALL=C sort -u >"$build/c/modules"
  while IFS=$'\t' read -r path release folder; do
    for file in "$folder"/LICEN[CS]E* "$folder"/COPYING* "$folder"/NOTICE*; do
      [ ! -e "$file" ] || { printf '\n\n==== %s %s, %s\n\n' "$path" "$release" "${file##*/}"; cat "$file"; }
    done
  done <"$build/c/modules"
  printf '\n\n==== The Go runtime and standard library, LICENSE\n\n'
  cat "$(go env GOROOT)/LICENSE" 2>/dev/null || printf 'https://go.dev/LICENSE\n'
}

# fill TEMPLATE: the template with its placeholders filled.
fill() {
  local major minor pointer
  IFS=. read -r major minor _ <<<"$version"
  pointer=$(printf '__SIZEOF_POINTER__\n' | "$CC" -E -P -)
  sed -e "s|@VERSION@|$version|g; s|@MAJOR@|$major|g; s|@MINOR@|$minor|g; s|@SONAME@|$soname|g" \
    -e "s|@POINTER_SIZE@|$pointer|g; s|@MODULE@|$(sed -n 's/^module //p' go.mod)|g" "$1"
}

# Everything that is not as it is in the tree: under build/lib and build/c.
build_install() {
  local template
  build_library "$build/lib"
  step "libslmdb.a $version"
  archive "$build/lib/libslmdb.a"
  mkdir -p "$build/c"
  third_party >"$build/c/LICENSES-THIRD-PARTY"
  for template in packaging/c/*.in; do
    fill "$template" >"$build/c/$(basename "$template" .in)"
  done
}

# What is installed: MODE TARGET SOURCE, or `link` TARGET POINTS-TO. One list for install and uninstall.
installed() {
  local header
  for header in include/slmdb.h include/slmdb.hpp include/slmdb/*.hpp; do
    printf '%s\n' "644 $header $header"
  done
  printf '%s\n' \
    "644 lib/libslmdb.so.$version build/lib/libslmdb.so.$version" \
    "link lib/$soname libslmdb.so.$version" \
    "link lib/libslmdb.so $soname" \
    "644 lib/libslmdb.a build/lib/libslmdb.a" \
    "644 lib/pkgconfig/slmdb.pc build/c/slmdb.pc" \
    "644 lib/pkgconfig/slmdb-static.pc build/c/slmdb-static.pc" \
    "644 lib/cmake/slmdb/slmdb-config.cmake build/c/slmdb-config.cmake" \
    "644 lib/cmake/slmdb/slmdb-config-version.cmake build/c/slmdb-config-version.cmake" \
    "644 share/doc/slmdb/LICENSE-MIT LICENSE-MIT" \
    "644 share/doc/slmdb/LICENSE-APACHE LICENSE-APACHE" \
    "644 share/doc/slmdb/LICENSES-THIRD-PARTY build/c/LICENSES-THIRD-PARTY"
}

# from_caller FOLDER: absolute, and where the caller meant it, since build.sh works in its own folder.
from_caller() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$called_from/$1" ;; esac; }

# Sets `into` from the arguments of COMMAND and from DESTDIR, below which packagers gather what a prefix will hold.
parse_prefix() { # COMMAND ARGUMENTS...
  local command=$1 prefix=/usr/local
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix) prefix=${2:-}; shift $(($# > 1 ? 2 : 1)) ;;
      --prefix=*) prefix=${1#--prefix=}; shift ;;
      *) fail "$command knows no '$1', only --prefix DIR" ;;
    esac
    case $prefix in '' | -*) fail "--prefix needs a folder, as in: ./build.sh $command --prefix /opt/slmdb" ;; esac
  done
  into=$(from_caller "$prefix")
  [ -n "${DESTDIR:-}" ] || return 0
  case $prefix in /*) ;; *) fail "with DESTDIR, --prefix must begin with /" ;; esac
  into=$(from_caller "$DESTDIR")$prefix
}

install_library() {
  parse_prefix install "$@"
  check_install_tools
  umask 022 # others may read it, whatever its owner keeps from them elsewhere
  { mkdir -p "$into" && [ -w "$into" ]; } 2>/dev/null ||
    fail "nothing can be written to $into: choose another --prefix, or be a user who may"
  build_install
  step "installing into $into"
  local mode target source
  installed | while read -r mode target source; do
    mkdir -p "$into/$(dirname "$target")"
    if [ "$mode" = link ]; then
      ln -sfn "$source" "$into/$target"
    else
      install -m "$mode" "$source" "$into/$target" # removes an old one first: who has it mapped keeps it whole
    fi
    printf '%s\n' "$into/$target"
  done
}

# Removes what install puts there, and the folders that are slmdb's alone.
uninstall_library() {
  parse_prefix uninstall "$@"
  local target
  installed | while read -r _ target _; do
    if [ -e "$into/$target" ] || [ -L "$into/$target" ]; then
      rm -f "$into/$target"
      printf 'removed %s\n' "$into/$target"
    fi
  done
  for target in include/slmdb lib/cmake/slmdb share/doc/slmdb; do
    [ ! -d "$into/$target" ] || rmdir --ignore-fail-on-non-empty "$into/$target"
  done
}
