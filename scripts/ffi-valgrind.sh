#!/bin/sh
# The suites of fixtures/ffi under valgrind: `ffi-valgrind.sh TRUN`. The engine runs without its compilers and with the system's allocator, so
# that buffers are blocks valgrind knows. What the engine does within itself (it scans stacks, on purpose) is suppressed; an error of the
# runtime or of the tests' C code fails the run. Installs valgrind where apt-get is there.
set -eu

trun=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)

if ! command -v valgrind >/dev/null 2>&1; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "valgrind was not found: install your system's package of it and run this again." >&2
        exit 1
    fi
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends valgrind >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/fixtures/ffi" "$work/ffi"
mkdir "$work/logs"
cd "$work/ffi"

status=0
for suite in types.test.js errors.test.js cc.test.js pointers.test.js threadsafe.test.js swap state outlive node_api; do
    printf '%s\n' "== $suite"
    # The exit code is not asked: taking an engine down takes longer here than a worker has for it.
    JSC_useJIT=0 GIGACAGE_ENABLED=0 Malloc=1 TRUN_CACHE_DIR="$work/cache" FFI_SCALE=small \
        valgrind --suppressions="$here/scripts/ffi-valgrind.supp" --log-file="$work/logs/$suite.%p" --num-callers=20 --fair-sched=yes \
        "$trun" --parallel=1 --timeout=600000 --load-timeout=600000 "$suite" >"$work/out" 2>&1 || true
    if ! grep -qE '^Tests +[0-9]+ passed, 0 failed' "$work/out" || grep -q 'crashed' "$work/out"; then
        cat "$work/out"
        status=1
    fi
    tail -n 3 "$work/out"
done

checked=0
for log in "$work"/logs/*; do
    case $(tail -n 1 "$log") in
    *"ERROR SUMMARY: 0 errors"*) checked=$((checked + 1)) ;;
    # A process that left without its end (a worker's siblings, a fork before an exec) has no summary and may have no error.
    *) if grep -qE 'Invalid|uninitialised|Mismatched|Process terminating' "$log"; then
        cat "$log"
        status=1
    fi ;;
    esac
done
echo "$checked processes ended without an error"
exit $status
