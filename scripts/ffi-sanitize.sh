#!/bin/sh
# The suites of fixtures/ffi with their C code under gcc's address and undefined-behaviour sanitizers: `ffi-sanitize.sh TRUN`. The engine
# runs without its compilers and with the system's allocator, so that buffers have red zones. The overrun on purpose has to be found: it is
# how we know that the rest was looked at.
set -eu

trun=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
runtime=$(gcc -print-file-name=libasan.so)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/fixtures/ffi" "$work/ffi"
cd "$work/ffi"

sanitized() {
    LD_PRELOAD="$runtime" ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_sigbus=0:allow_user_segv_handler=1:detect_stack_use_after_return=0 \
        FFI_FLAGS="-g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined" \
        JSC_useJIT=0 GIGACAGE_ENABLED=0 Malloc=1 TRUN_CACHE_DIR="$work/cache" \
        "$trun" --parallel=1 --timeout=600000 "$@" >"$work/out" 2>&1
}

for suite in types.test.js errors.test.js pointers.test.js threadsafe.test.js swap state outlive node_api; do
    printf '%s\n' "== $suite"
    sanitized "$suite" || { cat "$work/out"; exit 1; }
    tail -n 3 "$work/out"
done

printf '%s\n' "== overrun"
if sanitized overrun || ! grep -q 'AddressSanitizer' "$work/out"; then
    cat "$work/out"
    echo "the sanitizer did not see the overrun" >&2
    exit 1
fi
echo "found, as it has to be"
