#!/usr/bin/env bash
# ./build.sh build   the library, the command slmdb, the Node addon and a Python environment, under build/
# ./build.sh demo    build, then tenants' data in one file, written and read from Go, C, Python and Node
# ./build.sh test    build, then all tests
# ./build.sh arm64   the library for Linux on arm64, under build/arm64, and its ABI tests under qemu
# ./build.sh tools   install what tests can do without (Debian, as root): arm64's cross compiler, qemu, clang
# ./build.sh lint    formatting and static checks of all languages
# ./build.sh bench   the Go core beside plain LMDB in C and beside peers: ratios, JSON and a picture (--quick: a minute; --check:
#                    only whether all peers do as they are asked to; needs cargo for the peer in Rust)
# ./build.sh bench growth [-max ENTRIES]    how costs grow with entries and with scopes
# ./build.sh bench abi [ENTRIES [ROUNDS]]   what a call of the C ABI costs beside plain C LMDB
# ./build.sh bench python                   the Python package beside py-lmdb
# ./build.sh bench node [ENTRIES ROUNDS [PART]]    the Node package beside npm lmdb
# ./build.sh pack    build, then the tarballs of the Node package under build/pack, as npm publishes them
# ./build.sh fuzz    every fuzz target for 30 seconds (or: fuzz SECONDS), then longer runs of the model and crash tests
# ./build.sh install [--prefix DIR]     header, library, archive, pkg-config and CMake files, into DIR (/usr/local)
# ./build.sh uninstall [--prefix DIR]   remove these again
# ./build.sh clean   remove build/ and what the tests left
# ./build.sh help    this text
#
# It needs Go (see go.mod), gcc, Python 3.9 or newer, Node 20 or newer and npm; everything else it installs into this
# folder from the languages' package registries. CC, CXX, PYTHON and NODE choose other programs of each kind. To
# install, Go, gcc and binutils are enough; DESTDIR goes before DIR, as packagers want it.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$PWD
build=$root/build
version=0.1.0
soname=libslmdb.so.1
CC=${CC:-gcc}
CXX=${CXX:-g++}
PYTHON=${PYTHON:-python3}
NODE=${NODE:-node}
export GOTOOLCHAIN=local CGO_ENABLED=1 CC CXX

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# need TOOL WHAT-FOR: names every missing tool at once, not one a run.
missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$1 ($2)"); }

need_c() {
  need go "Go $(sed -n 's/^go //p' go.mod) or newer, https://go.dev/dl"
  need "$CC" "a C compiler; Debian: apt-get install gcc libc6-dev"
}

refuse_missing() {
  if [ ${#missing[@]} -gt 0 ]; then
    printf 'build.sh: missing: %s\n' "${missing[@]}" >&2
    exit 1
  fi
}

check_go_version() {
  local want have
  want=$(sed -n 's/^go //p' go.mod)
  have=$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
  [ "$(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n 1)" = "$want" ] || fail "Go $have is too old: go.mod asks for $want"
}

check_tools() {
  need_c
  need "$PYTHON" "Python 3.9 or newer with venv; Debian: apt-get install python3-venv"
  need "$NODE" "Node 20 or newer, https://nodejs.org"
  need npm "comes with Node"
  refuse_missing
  check_go_version
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 9))' || fail "Python 3.9 or newer is needed: $("$PYTHON" --version)"
  "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv module is missing; Debian: apt-get install python3-venv"
  [ "$("$NODE" -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "Node 20 or newer is needed: $("$NODE" --version)"
}

# stamped NAME FILE... : true when nothing of FILE... changed since `stamp NAME FILE...`.
digest() { cat "$@" | cksum; }
stamped() { local name=$1; shift; [ "$(cat "$build/stamps/$name" 2>/dev/null)" = "$(digest "$@")" ]; }
stamp() { local name=$1; shift; mkdir -p "$build/stamps"; digest "$@" >"$build/stamps/$name"; }

# library OUTPUT [GO-BUILD-FLAG...]: libslmdb.so with our symbols only, the same bytes wherever it is built.
library() { "$root/capi/library.sh" "$@"; }

build_library() { # FOLDER
  step "libslmdb.so $version"
  mkdir -p "$1"
  library "$1/libslmdb.so.$version"
  ln -sf "libslmdb.so.$version" "$1/$soname"
  ln -sf "$soname" "$1/libslmdb.so"
}

build_tool() {
  step "slmdb $version"
  mkdir -p "$build/bin"
  go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version" -o "$build/bin/slmdb.new" ./cmd/slmdb
  mv "$build/bin/slmdb.new" "$build/bin/slmdb"
}

build_python() {
  step "Python environment"
  local wanted=bindings/python/requirements-dev.txt
  if ! stamped python "$wanted" || [ ! -x "$build/venv/bin/python" ]; then
    "$PYTHON" -m venv --clear "$build/venv"
    "$build/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    stamp python "$wanted"
  fi
  "$build/venv/bin/python" --version
}

build_node() {
  step "Node addon"
  if ! stamped node bindings/node/package-lock.json || [ ! -d bindings/node/node_modules ]; then
    (cd bindings/node && npm ci --no-audit --no-fund --loglevel=error)
    stamp node bindings/node/package-lock.json
  fi
  bindings/node/build-addon.sh "$build/node" "$build/lib"
}

build_all() {
  check_tools
  build_library "$build/lib"
  build_tool
  build_python
  build_node
}

demo() {
  build_all
  step "demo"
  demo/build.sh "$build"
  "$build/demo/demo" -build "$build" -python "$build/venv/bin/python" -node "$NODE"
}

test_go() {
  step "Go: vet, tests"
  go vet ./...
  go test -timeout 20m $(go list ./... | grep -v -e /tests/conformance)
  step "Go: the race detector"
  go test -race -timeout 20m ./core/... ./capi ./tests/model ./tests/processes
  step "Go: core with cgocheck2 and checkptr"
  GOEXPERIMENT=cgocheck2 go test -gcflags=all=-d=checkptr -timeout 10m ./core/...
  step "Go: core on the original bmatsuo/lmdb-go (its C code warns)"
  go test -tags bmatsuo -timeout 10m ./core/... 2>&1 | grep -E -v 'mdb\.c|midl\.c|^ +[0-9|~^]|^# github.com/bmatsuo|note:'
}

test_python() {
  step "Python: tests"
  PATH=$build/venv/bin:$PATH PYTHONPATH=bindings/python/src python -m pytest -q bindings/python/tests
}

test_node() {
  step "Node: tests"
  (cd bindings/node && PATH="$(dirname "$(command -v "$NODE")"):$PATH" npm test --silent)
}

test_abi() {
  step "C ABI: header, symbols, programs, sanitizers"
  tests/abi/run.sh "$build"
}

# Whether a tool for arm64 is missing; then `missing` names each.
arm64_misses() {
  missing=()
  need aarch64-linux-gnu-gcc "a cross compiler"
  need qemu-aarch64 "runs arm64's programs"
  if [ ${#missing[@]} -eq 0 ] && [ "$(aarch64-linux-gnu-gcc -print-file-name=crt1.o)" = crt1.o ]; then
    missing+=("libc6-dev-arm64-cross (the C library to compile with)")
  fi
  [ ${#missing[@]} -gt 0 ]
}

arm64() {
  step "arm64: cross-built, its ABI under qemu"
  if arm64_misses; then fail "missing: ${missing[*]}: ./build.sh tools installs them"; fi
  (
    export CC=aarch64-linux-gnu-gcc GOARCH=arm64
    build_library "$build/arm64/lib"
  )
  tests/abi/arm64.sh "$build/arm64"
}

test_arm64() {
  if arm64_misses; then
    step "arm64: skipped, missing: ${missing[*]}: ./build.sh tools installs them"
  else
    arm64
  fi
}

test_ffi() {
  step "Other FFI hosts: koffi drives the C ABI"
  tests/ffi/run.sh "$build" "$NODE"
}

test_install() {
  step "Install: programs outside of the tree, by pkg-config and CMake"
  tests/install/run.sh "$build"
}

test_cpp() {
  step "C++: slmdb.hpp"
  if command -v "$CXX" >/dev/null || command -v clang++ >/dev/null; then tests/cpp/run.sh "$build"
  else echo "skipped: there is no C++ compiler ($CXX); Debian: apt-get install g++"; fi
}

test_conformance() {
  step "Conformance: one program, four languages, the same answers"
  demo/build.sh "$build"
  SLMDB_BUILD=$build SLMDB_PYTHON=$build/venv/bin/python SLMDB_NODE=$NODE go test -count=1 -timeout 10m ./tests/conformance
}

test_vectors() {
  step "Typed keys: byte for byte beside two other implementations"
  tests/vectors/check/run.sh "$build"
}

test_all() {
  build_all
  test_go
  test_vectors
  test_abi
  test_arm64
  test_ffi
  test_install
  test_cpp
  test_python
  test_node
  test_conformance
  step "all tests passed"
}

fuzz() {
  local seconds=${1:-30} package target
  check_tools
  for package in $(go list ./...); do
    for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
      step "$target of $package, $seconds s"
      go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package"
    done
  done
  step "model: 20,000,000 operations"
  SLMDB_MODEL_OPS=20000000 go test -count=1 -timeout 2h ./tests/model
  step "crash: 2,000 kills"
  SLMDB_CRASH_KILLS=2000 go test -count=1 -timeout 2h ./tests/crash
}

# A benchmark has an environment of its own, since its peers are no dependency of anything else.
bench_python() {
  check_tools
  build_library "$build/lib"
  local wanted=bindings/python/bench/requirements-bench.txt
  if ! stamped bench-python "$wanted" || [ ! -x "$build/bench-venv/bin/python" ]; then
    "$PYTHON" -m venv --clear "$build/bench-venv"
    "$build/bench-venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    stamp bench-python "$wanted"
  fi
  step "Python: bench beside py-lmdb"
  PYTHONPATH=bindings/python/src "$build/bench-venv/bin/python" bindings/python/bench/bench.py "$@"
}

bench_node() {
  build_all
  step "Node: beside npm lmdb"
  # its platforms' packages are not all in every registry, which a lock file would demand
  (cd bindings/node/bench && npm install --no-package-lock --no-audit --no-fund --loglevel=error --ignore-scripts)
  (cd bindings/node/bench && "$NODE" compare.js "$@")
}

bench_peers() {
  check_tools
  mkdir -p "$build"
  step "the Go core beside plain C and peers"
  tests/bench/run.sh "$build" "$@"
}

bench() {
  local what=${1:-}
  case $what in
    '' | -* | growth | draw)
      bench_peers "$@"
      return
      ;;
  esac
  shift || true
  case $what in
    abi)
      check_tools
      build_library "$build/lib"
      step "C ABI beside plain C LMDB"
      tests/bench/abi/run.sh "$build" "$@"
      ;;
    python) bench_python "$@" ;;
    node) bench_node "$@" ;;
    *) fail "there is no benchmark '$what': bench [--quick | --check], growth, abi, python or node" ;;
  esac
}

pack() {
  build_all
  step "Node: tarballs"
  "$NODE" bindings/node/pack.js "$build/pack" "$build"
}

lint() {
  build_all
  step "Go: gofmt, vet, staticcheck"
  local unformatted
  unformatted=$(gofmt -l $(git ls-files -co --exclude-standard '*.go'))
  [ -z "$unformatted" ] || fail "gofmt these: $unformatted"
  go vet ./...
  go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...
  step "Python: ruff, mypy, pyright"
  "$build/venv/bin/ruff" check bindings/python
  "$build/venv/bin/ruff" format --check bindings/python
  (cd bindings/python && "$build/venv/bin/mypy" --strict src && "$build/venv/bin/pyright" --pythonpath "$build/venv/bin/python")
  step "Node: lint, types"
  (cd bindings/node && npm run --silent lint && npm run --silent types)
}

tools() {
  local packages=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user clang)
  step "optional tools: ${packages[*]}"
  command -v apt-get >/dev/null 2>&1 || fail "there is no apt-get: install by your system's own means what Debian calls so"
  [ "$(id -u)" -eq 0 ] || fail "only root installs packages: sudo apt-get install ${packages[*]}"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

clean() {
  rm -rf "$build" bindings/node/{,bench/}node_modules tests/{ffi,vectors/check}/node_modules
  find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
  rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis bindings/python/.{pytest,mypy,ruff}_cache bindings/python/.hypothesis
}

source packaging/install.sh

help() { sed -n '2,/^[^#]/{/^#/{s/^# \{0,1\}//;p}}' "$root/build.sh"; }

case "${1:-help}" in
  build) build_all ;;
  demo) demo ;;
  test) test_all ;;
  arm64) check_tools; arm64 ;;
  tools) tools ;;
  lint) lint ;;
  bench) shift; bench "$@" ;;
  pack) pack ;;
  fuzz) shift; fuzz "$@" ;;
  install) shift; install_library "$@" ;;
  uninstall) shift; uninstall_library "$@" ;;
  clean) clean ;;
  help | -h | --help) help ;;
  *) help >&2; fail "there is no command '$1'" ;;
esac
