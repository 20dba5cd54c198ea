#!/usr/bin/env bash
# Builds libslmdb.so: library.sh OUTPUT [GO-BUILD-FLAG...]
# With our symbols only, and the same bytes wherever it is built. build.sh and the Python package's setup.py call it.
set -euo pipefail
case $1 in /*) output=$1 ;; *) output=$PWD/$1 ;; esac
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# For hosts that call on stacks of their own (stack.c). tests/ffi builds without, to see what it is good for.
stack_flags=${SLMDB_STACK_FLAGS--Wl,--wrap=pthread_getattr_np}
export GOTOOLCHAIN=${GOTOOLCHAIN:-local} CGO_ENABLED=1
go build -buildmode=c-shared -trimpath -buildvcs=false "$@" -ldflags "-s -w -buildid= -extldflags '-Wl,--build-id=none \
-Wl,-soname,libslmdb.so.1 -Wl,--version-script=$PWD/include/slmdb.map $stack_flags'" -o "$output.new" ./capi
rm -f "$output.h"             # cgo's own header; include/slmdb.h is the contract
mv "$output.new" "$output"    # a process that has the old one mapped keeps it whole
