#!/bin/sh
# Compares the encoding of typed keys with two independent implementations, byte for byte:
#   run.sh BUILD_DIR [SEED [COUNT]]
# What is downloaded and built goes to BUILD_DIR. Exits with another status than 0 on any difference.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
build=$(cd "$1" && pwd)
seed=${2:-1}
count=${3:-20000}

# FoundationDB's Go package needs cgo and an installed client for all but the file wanted here. So that file, as it was
# downloaded and checked against go.sum, is built in a module of its own with a stub for the rest.
official=github.com/apple/foundationdb/bindings/go
cd "$here"
go mod download "$official"
source=$(go list -m -f '{{.Dir}}' "$official")
rm -rf "$build/official"
mkdir -p "$build/official/src/fdb/tuple"
cp "$source/src/fdb/tuple/tuple.go" "$build/official/src/fdb/tuple/"
cp fdbstub/fdb.go "$build/official/src/fdb/"
printf 'module %s\n\ngo 1.20\n' "$official" >"$build/official/go.mod"
cp go.mod "$build/check.mod"
cp go.sum "$build/check.sum"
chmod -R u+w "$build/official" "$build/check.mod" "$build/check.sum"
go mod edit -replace="$official=$build/official" "$build/check.mod"
go build -modfile="$build/check.mod" -o "$build/check" .

if [ "${WRITE_GOLDEN:-}" = 1 ]; then
  "$build/check" -write ../tuple.json
fi
"$build/check" -vectors ../tuple.json -cases "$build/cases.jsonl" -seed "$seed" -count "$count"

cp package.json package-lock.json "$build/"
npm ci --prefix "$build" --no-audit --no-fund --ignore-scripts --loglevel=error
node check.mjs "$build/cases.jsonl" "$build"
