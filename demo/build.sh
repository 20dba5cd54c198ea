#!/usr/bin/env bash
# demo/build.sh BUILD_DIR: compiles the agents in C and Go and the demo itself into BUILD_DIR/demo.
#
# BUILD_DIR/lib/libslmdb.so must be there (./build.sh build). CC chooses another C compiler than gcc.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: demo/build.sh BUILD_DIR" >&2; exit 2; }
build=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -f "$build/lib/libslmdb.so" ] || { echo "demo/build.sh: $build/lib/libslmdb.so is missing: ./build.sh build" >&2; exit 1; }
mkdir -p "$build/demo"

# shellcheck disable=SC2016 # $ORIGIN is for the loader
"${CC:-gcc}" -std=c99 -Wall -Wextra -pedantic -Werror -O2 -Iinclude demo/agents/c/*.c \
  -L"$build/lib" -lslmdb -Wl,-rpath,'$ORIGIN/../lib' -o "$build/demo/agent-c"
go build -trimpath -o "$build/demo/agent-go" ./demo/agents/go
go build -trimpath -o "$build/demo/demo" ./demo
