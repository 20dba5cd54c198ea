# Is installed what should be, where it should be? Sourced by run.sh: functions, each one check.
# shellcheck shell=bash disable=SC2154 # root, work, BUILD, prefix are run.sh's

# As users call it, who may have neither Python nor Node.
build_sh() { PYTHON=no-python NODE=no-node "$root/build.sh" "$@"; }

# build.sh must say no, in these words, and before it builds or writes anything.
refused() { # WORDS ARGUMENTS...
  local status=0
  build_sh "${@:2}" >"$work/said" 2>&1 || status=$?
  cat "$work/said"
  test "$status" -eq 1
  grep -qF -e "$1" "$work/said"
  none grep -F '==' "$work/said"
}

check_refusals() {
  : >"$work/file"
  step "refuses another option" refused "knows no '--libdir'" install --libdir /x
  step "refuses a word" refused "knows no '/x'" install /x
  step "refuses --prefix without a folder" refused "--prefix needs a folder" install --prefix
  step "refuses --prefix before an option" refused "--prefix needs a folder" install --prefix --prefix /x
  step "refuses --prefix= without a folder" refused "--prefix needs a folder" uninstall --prefix=
  step "refuses what it cannot write to" refused "choose another --prefix" install --prefix "$work/file/x"
  export DESTDIR=$work/staged
  step "refuses a relative prefix with DESTDIR" refused "must begin with /" install --prefix relative
  unset DESTDIR
}

# Everything below a folder: kind, permissions, name, and what a link points to.
listing() { (cd "$1" && find . -mindepth 1 -printf '%y %m %P %l\n' | sed 's/^l 777/l/; s/ *$//' | LC_ALL=C sort -k 3); }

wanted_listing() { # VERSION
  local parts
  parts=$(cd "$root" && printf 'f 644 %s\n' include/slmdb/*.hpp)
  printf '%s' "$parts
d 755 include
d 755 include/slmdb
f 644 include/slmdb.h
f 644 include/slmdb.hpp
d 755 lib
d 755 lib/cmake
d 755 lib/cmake/slmdb
f 644 lib/cmake/slmdb/slmdb-config-version.cmake
f 644 lib/cmake/slmdb/slmdb-config.cmake
f 644 lib/libslmdb.a
l lib/libslmdb.so libslmdb.so.1
l lib/libslmdb.so.1 libslmdb.so.$1
f 644 lib/libslmdb.so.$1
d 755 lib/pkgconfig
f 644 lib/pkgconfig/slmdb-static.pc
f 644 lib/pkgconfig/slmdb.pc
d 755 share
d 755 share/doc
d 755 share/doc/slmdb
f 644 share/doc/slmdb/LICENSE-APACHE
f 644 share/doc/slmdb/LICENSE-MIT
f 644 share/doc/slmdb/LICENSES-THIRD-PARTY
" | LC_ALL=C sort -k 2
}

header_version() { sed -n 's/^#define SLMDB_VERSION "\(.*\)"$/\1/p' "$1/include/slmdb.h"; }

# Sorted once more by one rule, since a link's line has a field less.
right_listing() {
  diff <(wanted_listing "$(header_version "$prefix")" | LC_ALL=C sort) <(listing "$prefix" | LC_ALL=C sort)
}

# The library is the one that the other tests have tried, and the header the tree's.
right_files() {
  cmp "$prefix/include/slmdb.h" "$root/include/slmdb.h"
  cmp "$prefix/include/slmdb.hpp" "$root/include/slmdb.hpp"
  diff -r "$prefix/include/slmdb" "$root/include/slmdb"
  cmp "$prefix/lib/libslmdb.so" "$work/tested.so"
  cmp "$prefix/share/doc/slmdb/LICENSE-MIT" "$root/LICENSE-MIT"
  cmp "$prefix/share/doc/slmdb/LICENSE-APACHE" "$root/LICENSE-APACHE"
}

# No file says where it was made or put, and no placeholder was left.
no_places() {
  none grep -raF -e "$root" -e "$HOME/" -e "$prefix" "$prefix"
  none grep -rE '@[A-Z_]+@' "$prefix/lib/pkgconfig" "$prefix/lib/cmake"
}

# LMDB's licence and the others' ask to go with what contains them.
right_licences() {
  local word
  for word in 'OpenLDAP Public License' 'github.com/PowerDNS/lmdb-go' 'github.com/vmihailenco/msgpack' \
    'github.com/OneOfOne/xxhash' 'The Go Authors'; do
    grep -F -m 1 -e "$word" "$prefix/share/doc/slmdb/LICENSES-THIRD-PARTY"
  done
}

# From another folder, below a DESTDIR that is relative to it, under a mask that would hide everything: the same files.
install_staged() {
  cd "$work"
  umask 077
  DESTDIR=staged build_sh install --prefix=/opt/slmdb
  test "$(ls staged)" = opt
  diff -r "$prefix" staged/opt/slmdb
  diff <(listing "$prefix") <(listing staged/opt/slmdb)
}

# A second time over the first, beside a file of somebody else.
install_again() {
  mkdir -p "$prefix/lib/cmake/other"
  build_sh install --prefix "$prefix"
  rmdir "$prefix/lib/cmake/other"
  right_listing
}

check_install() {
  cp "$BUILD/lib/libslmdb.so.1" "$work/tested.so" # since install builds anew
  step "installs, without Python and Node" build_sh install --prefix "$prefix"
  if ! $ok; then return; fi
  step "everything that should be there, and nothing else" right_listing
  step "the files are the right ones" right_files
  step "no paths of the build machine, no placeholders" no_places
  step "the licences of what is inside" right_licences
  step "installs below DESTDIR, the same bytes" install_staged
  step "installs over itself" install_again
  ok=true # the programs are worth a try
}

# With a relative prefix; what is somebody else's stays.
uninstall() {
  cd "$(dirname "$prefix")"
  : >"$prefix/lib/cmake/slmdb/another-file"
  : >"$prefix/lib/pkgconfig/another.pc"
  build_sh uninstall --prefix "$(basename "$prefix")"
  test "$(find . -type f -o -type l | LC_ALL=C sort)" = "./$(basename "$prefix")/lib/cmake/slmdb/another-file
./$(basename "$prefix")/lib/pkgconfig/another.pc"
  rm "$prefix/lib/cmake/slmdb/another-file"
  build_sh uninstall --prefix "$(basename "$prefix")"
  test ! -e "$prefix/include/slmdb"
  test ! -e "$prefix/lib/cmake/slmdb"
  test ! -e "$prefix/share/doc/slmdb"
}

check_uninstall() { step "uninstalls" uninstall; }
