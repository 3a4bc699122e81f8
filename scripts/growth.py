#!/usr/bin/env python3
"""How the cost of a run grows with its input: prints one line per dimension, with the slope of each step.

    growth.py --trun BIN [--only files,modules,tests,workers] [--full] [--runs N] [--markdown]

Each dimension is measured at growing sizes; of several runs the one with the least user CPU time counts (`wall` for workers), so that
other work on the machine disturbs little. A step's slope is the exponent k in cost ~ size^k once the cost of the smallest run is
taken off: 1.0 is a cost that grows as its input, less is better, and a step above LIMIT fails the script. Without --full the largest
sizes are left out.

Needs Python's standard library alone. Files are generated in a temporary folder.
"""
import argparse, math, os, resource, shutil, subprocess, sys, tempfile, time
from pathlib import Path

LIMIT = 1.25  # noise of a busy machine reaches this; a quadratic step is at 2
SIZES = {
    "files": ([10, 100, 1000], [10000]),
    "modules": ([10, 100, 1000], [3000]),
    "tests": ([1, 100, 1000, 10000], [100000]),
    "workers": ([1, 2, 4, 8], []),
}


def files(folder, n):
    for i in range(n):
        write(folder / f"d{i % 100}" / f"t{i}.test.js", f'test("adds", () => {{ expect({i} + 1).toBe({i + 1}); }});\n')
    return ["--parallel=1"], n


def modules(folder, n):
    """Four files that each import a barrel of n modules of the project."""
    for m in range(n):
        write(folder / "lib" / f"m{m}.js", f"export const v{m} = {m};\nexport function f{m}(x) {{ return x + {m}; }}\n")
    write(folder / "lib/index.js", "".join(f'export * from "./m{m}.js";\n' for m in range(n)))
    for i in range(4):
        write(folder / f"t{i}.test.js", f'import * as lib from "./lib/index.js";\ntest("sum", () => {{ expect(lib.f{n - 1}(1)).toBe({n}); }});\n')
    return ["--parallel=1"], 4


def tests(folder, n):
    write(folder / "t.test.js", f'for (let i = 0; i < {n}; i++) test(`case ${{i}}`, () => {{ expect(i).toBe(i); }});\n')
    return ["--parallel=1"], n


def workers(folder, n):
    """64 files that wait 100 ms each: the wall time should fall as workers come."""
    for i in range(64):
        write(folder / f"t{i}.test.js", 'test("waits", () => new Promise((done) => setTimeout(done, 100)));\n')
    return [f"--parallel={n}"], 64


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def once(trun, folder, args, expected):
    """User and system CPU seconds, wall seconds and peak MiB of one run."""
    env = {**os.environ, "NO_COLOR": "1"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.Popen([trun, *args, "--no-cache", "--reporter=dots", "."], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.read().decode("utf8", "replace")
    _, status, used = os.wait4(done.pid, 0)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status != 0 or f"{expected} passed" not in text:
        sys.exit(f"the run failed or did not pass {expected} tests:\n{text[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, used.ru_maxrss / 1024


def measure(trun, make, size, runs):
    folder = Path(tempfile.mkdtemp(prefix="trun-growth-"))
    try:
        args, expected = make(folder, size)
        samples = [once(trun, folder, args, expected) for _ in range(runs)]
        return tuple(min(column) for column in zip(*samples))
    finally:
        shutil.rmtree(folder)


def slopes(points, base):
    """Exponents between neighbouring sizes; None where the cost above the base is too small to tell."""
    result = [None]
    for (n0, c0), (n1, c1) in zip(points, points[1:]):
        d0, d1 = c0 - base, c1 - base
        result.append(math.log(d1 / d0) / math.log(n1 / n0) if d0 > 0.05 and d1 > d0 else None)
    return result


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--trun", required=True, type=lambda path: str(Path(path).resolve()))
    ap.add_argument("--only", default=",".join(SIZES))
    ap.add_argument("--full", action="store_true")
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--markdown", action="store_true")
    args = ap.parse_args()
    bad = []
    if args.markdown:
        print("| what grows | size | CPU s | wall s | peak MiB | slope |\n|---|---|---|---|---|---|")
    for name in args.only.split(","):
        usual, large = SIZES[name]
        sizes = usual + (large if args.full else [])
        make = globals()[name]
        rows = [measure(args.trun, make, size, args.runs if size < 3000 else 1) for size in sizes]
        costs = [row[0] for row in rows]
        told = [None] * len(rows) if name == "workers" else slopes(list(zip(sizes, costs)), costs[0] * 0.9)
        for size, (cpu, wall, peak), slope in zip(sizes, rows, told):
            text = f"{slope:.2f}" if slope is not None else "-"
            line = (name, f"{size:,}", f"{cpu:.2f}", f"{wall:.2f}", f"{peak:.0f}", text)
            print("| " + " | ".join(line) + " |" if args.markdown else f"{name:8} {size:>8,}  cpu {cpu:7.2f} s  wall {wall:7.2f} s  peak {peak:5.0f} MiB  slope {text}", flush=True)
            if slope is not None and slope > LIMIT:
                bad.append(f"{name} at {size:,}: slope {slope:.2f}")
    if bad:
        sys.exit("grows faster than its input: " + "; ".join(bad))


if __name__ == "__main__":
    main()
