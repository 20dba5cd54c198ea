#!/usr/bin/env bash
# Compares us with plain LMDB in C and with peers. Usage: run.sh BUILD_DIR [--quick | --check | growth | FLAG...]
# Peers come from their registries, in the versions that go.mod and peers/scoped-heed/Cargo.lock pin.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
shift
CC=${CC:-gcc}
out=$build/bench
mkdir -p "$out"

# Plain C: the very LMDB that the library is made of, optimised as the Go binding optimises it.
lmdb=$(cd "$here" && go list -m -f '{{.Dir}}' github.com/PowerDNS/lmdb-go)/lmdb
for unit in mdb midl; do
  [ "$out/$unit.o" -nt "$lmdb/$unit.c" ] || "$CC" -O2 -w -pthread -c "$lmdb/$unit.c" -o "$out/$unit.o"
done
"$CC" -std=gnu11 -O2 -Wall -Wextra -isystem "$lmdb" "$here/peers/plain/plain.c" "$out/mdb.o" "$out/midl.o" -pthread -o "$out/plain"
peers=(-plain "$out/plain")

if command -v cargo >/dev/null 2>&1; then
  (cd "$here/peers/scoped-heed" && CARGO_TARGET_DIR=$out/cargo cargo build --release --locked --quiet)
  peers+=(-heed "$out/cargo/release/bench-scoped-heed")
else
  echo "tests/bench: without cargo (https://rustup.rs) scoped-heed does not take part" >&2
fi
(cd "$here" && go build -o "$out/bench" .)

[ "${1:-}" != --check ] || (cd "$here" && go vet ./... && go test -count=1 .)

command=()
case "${1:-}" in
  growth | compare | draw | serve) command=("$1"); shift ;;
esac
"$out/bench" "${command[@]}" -out "$out" "${peers[@]}" "$@"
