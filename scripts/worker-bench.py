#!/usr/bin/env python3
"""What a worker thread costs: its start and end, and one message there and back, beside bun and node in one run.

    scripts/worker-bench.py [--trun target/release/trun] [--bun bun] [--node node] [--rounds 5]

The same program runs in each: 50 workers one after another, from `new Worker` to `exit`; 8 at once; 5,000 round trips of a small object and 200 of
a megabyte that is copied. Of several rounds the best is printed, in microseconds per worker or round trip.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

PROGRAM = r"""
const { Worker } = require('node:worker_threads');
const echo = 'const { parentPort } = require("node:worker_threads"); parentPort.on("message", (m) => parentPort.postMessage(m));';
const start = (code) => new Worker(code, { eval: true });
const ended = (worker) => new Promise((resolve) => worker.on('exit', resolve));
const heard = (worker) => new Promise((resolve) => worker.once('message', resolve));

async function timed(count, work) {
  const begun = performance.now();
  await work();
  return ((performance.now() - begun) * 1000) / count;
}

async function measure() {
  const result = {};
  await ended(start(''));
  result.start = await timed(50, async () => { for (let i = 0; i < 50; i += 1) await ended(start('')); });
  result.together = await timed(40, async () => {
    for (let i = 0; i < 5; i += 1) await Promise.all(Array.from({ length: 8 }, () => ended(start(''))));
  });
  const worker = start(echo);
  const trips = async (count, value) => {
    for (let i = 0; i < count; i += 1) {
      const answer = heard(worker);
      worker.postMessage(value);
      await answer;
    }
  };
  await trips(500, { a: 1 });
  result.trip = await timed(5000, () => trips(5000, { a: 1, b: 'text', c: [1, 2, 3] }));
  const bytes = new Uint8Array(1 << 20);
  result.megabyte = await timed(200, () => trips(200, bytes));
  await worker.terminate();
  return result;
}
"""

PLAIN = PROGRAM + "measure().then((result) => { console.log('RESULT ' + JSON.stringify(result)); process.exit(0); });\n"
TEST = PROGRAM + "test('cost', async () => { console.log('RESULT ' + JSON.stringify(await measure())); }, 600000);\n"
NAMES = {
    "start": "start and end, one by one",
    "together": "start and end, 8 at once",
    "trip": "round trip of an object",
    "megabyte": "round trip of 1 MiB",
}


def run(command, folder):
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    found = re.search(r"RESULT (\{.*\})", output.stdout)
    if found is None:
        raise SystemExit(f"{' '.join(command)} failed:\n{output.stdout}{output.stderr}")
    return json.loads(found.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trun", default="target/release/trun")
    parser.add_argument("--bun", default=shutil.which("bun"))
    parser.add_argument("--node", default=shutil.which("node"))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    trun = str(pathlib.Path(options.trun).resolve())
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "package.json").write_text("{}")
        (place / "plain.cjs").write_text(PLAIN)
        (place / "cost.test.js").write_text(TEST)
        commands = {"trun": [trun, "--parallel=1", "cost.test.js"]}
        if options.bun:
            commands["bun"] = [options.bun, "plain.cjs"]
        if options.node:
            commands["node"] = [options.node, "plain.cjs"]
        best = {name: {} for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                for key, value in run(command, folder).items():
                    best[name][key] = min(value, best[name].get(key, value))
    print(f"{'microseconds':28}" + "".join(f"{name:>12}" for name in commands))
    for key, text in NAMES.items():
        print(f"{text:28}" + "".join(f"{best[name][key]:12.1f}" for name in commands))


if __name__ == "__main__":
    main()
