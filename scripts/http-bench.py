#!/usr/bin/env python3
"""Requests per second: trun beside bun and node on the same script, in one run.

    http-bench.py --trun BIN [--bun BIN] [--node BIN] [--rounds N] [--requests N]

Each host runs one script that is server and client in one process: raw keep-alive connections against `serve` (trun and bun) and `node:http`, and `fetch`
against `node:http`. The hosts take turns (A B C A B C ...), so a drift of the machine's speed hits all alike; each figure is the best of its rounds. Quote
ratios, never the figures. A host that is not given or not found is left out.
"""
import argparse, json, shutil, subprocess, tempfile
from pathlib import Path

LOAD = """
import http from 'node:http';
import net from 'node:net';

const REQUEST = Buffer.from('GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n');

async function timed(total, run) {
  const start = performance.now();
  await run();
  return Math.round((total / (performance.now() - start)) * 1000);
}

/** One request at a time on each of 50 connections. */
const raw = (port, total) => timed(total, async () => {
  let left = total;
  await Promise.all(Array.from({ length: 50 }, () => new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    const next = () => {
      if (left-- > 0) return socket.write(REQUEST);
      socket.end();
      resolve();
    };
    socket.on('connect', next).on('data', next).on('error', reject);
  })));
});

const fetched = (port, total) => timed(total, async () => {
  let left = total;
  const lane = async () => { while (left-- > 0) await (await fetch(`http://127.0.0.1:${port}/`)).text(); };
  await Promise.all(Array.from({ length: 20 }, lane));
});

function withServe(serve) {
  const server = serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') });
  return { port: server.port, stop: () => server.stop(true) };
}

function withHttp() {
  const server = http.createServer((request, response) => response.end('hello'));
  const stop = () => { server.close(); server.closeAllConnections(); };
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, stop })));
}

export async function measure(serve, total) {
  const result = {};
  const add = async (name, server, run, requests) => {
    await run(server.port, requests / 10);
    result[name] = await run(server.port, requests);
    await server.stop();
  };
  if (serve) await add('serve', withServe(serve), raw, total);
  await add('node:http', await withHttp(), raw, total);
  await add('fetch', await withHttp(), fetched, total / 5);
  return 'RESULT' + JSON.stringify(result) + 'END';
}
"""
SCRIPTS = {
    "trun": ("rate.test.mjs", "import { serve } from 'trun';\nimport { measure } from './load.mjs';\n"
             "test('rate', async () => { console.log(await measure(serve, TOTAL)); }, 600_000);\n"),
    "bun": ("rate.bun.mjs", "import { measure } from './load.mjs';\nconsole.log(await measure(Bun.serve, TOTAL));\nprocess.exit(0);\n"),
    "node": ("rate.node.mjs", "import { measure } from './load.mjs';\nconsole.log(await measure(undefined, TOTAL));\nprocess.exit(0);\n"),
}


def once(host, binary, folder):
    done = subprocess.run([binary, SCRIPTS[host][0]], cwd=folder, capture_output=True, text=True, timeout=900)
    text = done.stdout
    if "RESULT" not in text:
        raise SystemExit(f"{host} did not finish:\n{text}{done.stderr}")
    return json.loads(text.split("RESULT", 1)[1].split("END", 1)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trun", required=True)
    parser.add_argument("--bun", default=shutil.which("bun"))
    parser.add_argument("--node", default=shutil.which("node"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=30_000)
    args = parser.parse_args()
    hosts = {name: str(Path(path).resolve()) for name in SCRIPTS if (path := getattr(args, name))}
    best = {name: {} for name in hosts}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "load.mjs").write_text(LOAD)
        for file, text in SCRIPTS.values():
            Path(folder, file).write_text(text.replace("TOTAL", str(args.requests)))
        for _ in range(args.rounds):
            for name, binary in hosts.items():
                for kind, rate in once(name, binary, folder).items():
                    best[name][kind] = max(rate, best[name].get(kind, 0))
    own = best["trun"]
    for kind in own:
        cells = [f"{name} {rates[kind]}/s ({rates[kind] / own[kind]:.1f}x)" for name, rates in best.items() if kind in rates]
        print(f"{kind:10} " + "  ".join(cells))


if __name__ == "__main__":
    main()
