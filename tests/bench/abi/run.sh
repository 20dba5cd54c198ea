#!/usr/bin/env bash
# What does a call of the C ABI cost beside plain C LMDB? Usage: run.sh BUILD_DIR [ENTRIES [ROUNDS]]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=$(cd "$1" && pwd)
shift
CC=${CC:-gcc}
# The very LMDB that the library is made of.
lmdb=$(cd "$root" && go list -m -f '{{.Dir}}' github.com/PowerDNS/lmdb-go)/lmdb
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$CC" -O2 -w -pthread -c "$lmdb/mdb.c" -o "$folder/mdb.o"
"$CC" -O2 -w -pthread -c "$lmdb/midl.c" -o "$folder/midl.o"
"$CC" -std=c99 -O2 -Wall -Wextra -I"$root/include" -isystem "$lmdb" "$here/bench.c" "$folder/mdb.o" "$folder/midl.o" \
  -o "$folder/bench" -pthread -L"$build/lib" -lslmdb -Wl,-rpath,"$build/lib"
grep -m 1 'model name' /proc/cpuinfo || true
"$folder/bench" "$folder" "$@"
