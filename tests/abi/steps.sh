# Where do the checks of run.sh and arm64.sh work, and did each of them hold? Sourced by both, which set BUILD and out.

passed=0
failed=0
ok=true

mkdir -p "$out"
exec 9>"$out/lock"
flock 9 # one run at a time in this folder
rm -rf "$out/logs" "$out/bin" "$out/lib"
mkdir -p "$out/logs" "$out/bin" "$out/lib"

# Programs work in here. Others may pass through: environments.c gives root's rights away to try a closed folder.
TMPDIR=$(mktemp -d)
export TMPDIR
chmod 711 "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT

# A copy, since the library may be built anew while this runs.
cp -L "$BUILD/lib/libslmdb.so.1" "$out/lib/libslmdb.so.1"
ln -s libslmdb.so.1 "$out/lib/libslmdb.so"
library="$out/lib/libslmdb.so.1"

# Runs one check, and says in `ok` whether it held; what it prints is shown if it did not. It must stand alone: within an
# `if` or beside `||` the shell would go on after a failed command inside of the check.
step() { # NAME COMMAND...
  local log="$out/logs/${1//[^A-Za-z0-9+]/_}.log" status=0
  (set -e; "${@:2}") >"$log" 2>&1 9>&- &
  wait $! || status=$?
  if [ "$status" -eq 0 ]; then
    ok=true
    passed=$((passed + 1))
    echo "ok   $1"
  else
    ok=false
    failed=$((failed + 1))
    echo "FAIL $1 (status $status)"
    head -n 25 "$log" | cut -c 1-300 | sed 's/^/     /'
  fi
}

# The last line. It exits here, so that a change of the script meanwhile changes nothing.
end_run() { # NAME
  echo "$1: $passed passed, $failed failed"
  exit "$((failed > 0))"
}
