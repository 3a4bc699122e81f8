#!/usr/bin/env python3
"""What a call of a native function costs: trun:ffi beside bun:ffi and a Node-API addon in node, in one run.

    ffi-bench.py --trun BIN [--bun BIN] [--node BIN] [--rounds N] [--calls N]

Three functions of one C source: one without arguments, one of three numbers (doubles), one that takes a small typed array. The hosts take turns (A B C A B C ...), so a drift of
the machine's speed hits all alike; each figure is the best of its rounds, in nanoseconds per call, the empty loop included. Quote ratios, never the
times. A host that is not given or not found is left out. node has no FFI of its own: its fastest native call is one of an addon.
"""
import argparse, json, os, shutil, subprocess, sys, tempfile
from pathlib import Path

SOURCE = """
void nothing(void) {}
double add3(double a, double b, double c) { return a + b + c; }
double first(unsigned char *bytes) { return bytes[0]; }
"""
ADDON = """
#include <node_api.h>
static napi_value nothing(napi_env env, napi_callback_info info) { (void)env; (void)info; return NULL; }
static napi_value add3(napi_env env, napi_callback_info info) {
  size_t count = 3; napi_value args[3]; double a, b, c; napi_value sum;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  napi_get_value_double(env, args[0], &a); napi_get_value_double(env, args[1], &b); napi_get_value_double(env, args[2], &c);
  napi_create_double(env, a + b + c, &sum);
  return sum;
}
static napi_value first(napi_env env, napi_callback_info info) {
  size_t count = 1; napi_value args[1], made; void *bytes;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  napi_get_typedarray_info(env, args[0], NULL, NULL, &bytes, NULL, NULL);
  napi_create_double(env, ((unsigned char *)bytes)[0], &made);
  return made;
}
NAPI_MODULE_INIT() {
  napi_value f;
  napi_create_function(env, "nothing", NAPI_AUTO_LENGTH, nothing, NULL, &f); napi_set_named_property(env, exports, "nothing", f);
  napi_create_function(env, "add3", NAPI_AUTO_LENGTH, add3, NULL, &f); napi_set_named_property(env, exports, "add3", f);
  napi_create_function(env, "first", NAPI_AUTO_LENGTH, first, NULL, &f); napi_set_named_property(env, exports, "first", f);
  return exports;
}
"""
LOOP = """
function measure(lib, calls) {
  const { nothing, add3, first } = lib;
  const bytes = new Uint8Array([7]);
  const loops = {
    'no arguments': (n) => { for (let i = 0; i < n; i++) nothing(); },
    'three numbers': (n) => { let s = 0; for (let i = 0; i < n; i++) s += add3(i, 0.5, 2); if (s < 0) throw s; },
    'a typed array': (n) => { let s = 0; for (let i = 0; i < n; i++) s += first(bytes); if (s !== 7 * n) throw s; },
  };
  const result = {};
  for (const name in loops) {
    loops[name](calls / 10);
    const start = performance.now();
    loops[name](calls);
    result[name] = (performance.now() - start) * 1e6 / calls;
  }
  return 'RESULT' + JSON.stringify(result) + 'END';
}
"""
SYMBOLS = "{ nothing: {}, add3: { args: ['f64', 'f64', 'f64'], returns: 'f64' }, first: { args: ['ptr'], returns: 'f64' } }"


def write(folder, calls):
    (folder / "native.c").write_text(SOURCE)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", folder / "native.so", folder / "native.c"], check=True)
    path = json.dumps(str(folder / "native.so"))
    (folder / "bun.js").write_text(f"{LOOP}const {{ dlopen }} = require('bun:ffi');\nconsole.log(measure(dlopen({path}, {SYMBOLS}).symbols, {calls}));\n")
    (folder / "trun.test.js").write_text(
        f"{LOOP}const {{ dlopen }} = require('trun:ffi');\n"
        f"test('bench', {{ timeout: 600000 }}, () => console.log(measure(dlopen({path}, {SYMBOLS}).symbols, {calls})));\n")
    (folder / "node.js").write_text(f"{LOOP}console.log(measure(require('./addon.node'), {calls}));\n")


def build_addon(folder):
    headers = next((p for p in ("/usr/include/node", "/usr/local/include/node") if Path(p, "node_api.h").exists()), None)
    if headers is None:
        return False
    (folder / "addon.c").write_text(ADDON)
    command = ["cc", "-O2", "-shared", "-fPIC", f"-I{headers}", "-o", folder / "addon.node", folder / "addon.c"]
    return subprocess.run(command).returncode == 0


def once(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    text = done.stdout
    if "RESULT" not in text:
        sys.exit(f"{command[0]} gave no result:\n{text}{done.stderr}")
    return json.loads(text.split("RESULT", 1)[1].split("END", 1)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trun", required=True)
    parser.add_argument("--bun", default=shutil.which("bun"))
    parser.add_argument("--node", default=shutil.which("node"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=3_000_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, args.calls)
        hosts = {"trun": [os.path.abspath(args.trun), "trun.test.js"]}
        if args.bun:
            hosts["bun"] = [args.bun, "bun.js"]
        if args.node and build_addon(folder):
            hosts["node"] = [args.node, "node.js"]
        best = {host: {} for host in hosts}
        for _ in range(args.rounds):
            for host, command in hosts.items():
                for what, time in once(command, folder).items():
                    best[host][what] = min(time, best[host].get(what, time))
    for what in best["trun"]:
        ours = best["trun"][what]
        row = [f"{host} {times[what]:8.1f} ns ({ours / times[what]:5.1f}x)" for host, times in best.items()]
        print(f"{what:14}  " + "   ".join(row))


main()
