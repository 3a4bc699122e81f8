#!/usr/bin/env bash
# Drives a target of the crate `fuzz` with libFuzzer: scripts/fuzz.sh frames|run|config SECONDS [more of libFuzzer's flags]
#
# Works with the stable compiler: coverage counters are a pass of LLVM, and only the crates of this workspace get them, so that nothing else
# is built anew. What is found is written to target/fuzz/<target>, the inputs that reach new code to target/fuzz/corpus/<target>.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?which target} seconds=${2:-60}
shift 2 || shift $#
root=$PWD
out=$root/target/fuzz
mkdir -p "$out/corpus/$target" "$out/$target"
RUSTC_WORKSPACE_WRAPPER=$root/scripts/fuzz-rustc.sh "${CARGO:-cargo}" build --locked -p trun-fuzz --features libfuzzer --bin "fuzz-$target"
# Cargo writes the same name whoever builds it: what runs for an hour must not be replaced.
cp "$root/target/debug/fuzz-$target" "$out/fuzz-$target"
exec nice -n 19 "$out/fuzz-$target" "$out/corpus/$target" "fuzz/seeds/$target" \
  -artifact_prefix="$out/$target/" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 "$@"
