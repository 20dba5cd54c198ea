#!/bin/sh
# build-addon.sh OUT_DIR LIB_DIR: compiles src/addon to OUT_DIR/scoped_lmdb.node, linked to LIB_DIR/libslmdb.so.
#
# Needs gcc (or CC), and `npm ci` in this folder for the headers of Node-API (npm node-api-headers). No node-gyp.
# The addon looks for the library beside itself and in ../lib.
set -eu

if [ $# -ne 2 ]; then
  echo "usage: build-addon.sh OUT_DIR LIB_DIR" >&2
  exit 2
fi
out=$1
lib=$2
here=$(cd "$(dirname "$0")" && pwd)
headers=$here/node_modules/node-api-headers/include

if [ ! -f "$headers/node_api.h" ]; then
  echo "build-addon.sh: $headers/node_api.h is missing: run 'npm ci' in $here first" >&2
  exit 1
fi
if [ ! -f "$lib/libslmdb.so" ]; then
  echo "build-addon.sh: $lib/libslmdb.so is missing: build the library first" >&2
  exit 1
fi

mkdir -p "$out"
# nodelete: threads of the addon may be about to end when Node unloads it with the last worker.
# Written beside and then moved: a process that has the old addon mapped keeps it whole.
# shellcheck disable=SC2016 # $ORIGIN is for the loader
"${CC:-gcc}" -std=c11 -O2 -fPIC -shared -fvisibility=hidden \
  -Wall -Wextra -Wstrict-prototypes -Werror -pthread \
  -I"$here/../../include" -isystem "$headers" \
  "$here"/src/addon/*.c \
  -L"$lib" -lslmdb -Wl,-z,relro,-z,now,-z,nodelete -Wl,--build-id=none \
  -Wl,-rpath,'$ORIGIN:$ORIGIN/../lib' \
  -o "$out/scoped_lmdb.node.new"
mv "$out/scoped_lmdb.node.new" "$out/scoped_lmdb.node"
