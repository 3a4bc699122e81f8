#!/usr/bin/env python3
"""Every addon of tests/addons under Node and under trun, as a table.

    addon-table.py --trun BIN [--only NAME,NAME] [--verbose]

A row says for each of both how many cases passed, or why none could. Ends with 1 if something that works under Node does not under trun.
The packages come from `make addon-packages`.
"""
import argparse, os, re, shutil, signal, subprocess, sys, tempfile
from pathlib import Path

ADDONS = Path(__file__).resolve().parent.parent / "tests" / "addons"
WRAPPER = "const {{ leave, ...cases }} = require('./{folder}/{name}.cjs');\nfor (const [title, run] of Object.entries(cases)) test(title, run, 60000);\n"
LIMIT = 120


def run(command, folder, temporary):
    """Exit code (negative: a signal; None: too long) and all output."""
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                             env={**os.environ, "TMPDIR": str(temporary), "NO_COLOR": "1"}, start_new_session=True)
    try:
        output, _ = child.communicate(timeout=LIMIT)
        return child.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return None, child.communicate()[0]


def reason(output):
    """The line of an output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines()]
    for pattern in (r"(\w*Error\b.*)", r"(.*symbol lookup error.*)", r"(.*crashed with.*)"):
        found = next((match.group(1) for line in lines if (match := re.search(pattern, line))), None)
        if found:
            return found
    return next((line for line in reversed(lines) if line), "no output")


def verdict(code, output, passed, failed):
    """What the cell says, and whether all is well."""
    if code == 0 and passed and not failed:
        return f"{passed} passed", True
    if code is None:
        return f"no end within {LIMIT} s", False
    how = f"signal {-code}" if code < 0 else f"exit {code}" if not failed else f"{failed} failed"
    return f"{how}: {reason(output)}"[:160], False


def under_node(case, folder, temporary):
    code, output = run(["node", "under_node.cjs", str(case)], folder, temporary)
    return (*verdict(code, output, len(re.findall(r"^ok ", output, re.M)), len(re.findall(r"^not ok ", output, re.M))), output)


def under_trun(trun, case, folder, temporary):
    test = folder / f"{case.stem}.test.cjs"
    test.write_text(WRAPPER.format(folder=case.parent.name, name=case.stem))
    report = temporary / "report.json"
    report.unlink(missing_ok=True)
    code, output = run([trun, "--parallel=1", "--reporter=default", f"--reporter=json:{report}", str(test.name)], folder, temporary)
    test.unlink()
    tests = re.search(r"^Tests  (\d+) passed, (\d+) failed", output, re.M)
    passed, failed = (int(n) for n in tests.groups()) if tests else (0, 0)
    return (*verdict(code, output, passed, failed), output)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trun", required=True, type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    only = set(filter(None, args.only.split(",")))
    worse = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder, temporary = Path(scratch) / "project", Path(scratch) / "tmp"
        shutil.copytree(ADDONS, folder, ignore=shutil.ignore_patterns("node_modules"))
        (folder / "node_modules").symlink_to(ADDONS / "node_modules")
        temporary.mkdir()
        print("| addon | node | trun |\n|---|---|---|", flush=True)
        for case in sorted([*folder.glob("cases/*.cjs"), *folder.glob("table/*.cjs")], key=lambda path: path.stem):
            if only and case.stem not in only:
                continue
            node, node_works, node_output = under_node(case, folder, temporary)
            trun, trun_works, trun_output = under_trun(args.trun.resolve(), case, folder, temporary)
            worse += node_works and not trun_works
            print(f"| {case.stem} | {node} | {trun} |", flush=True)
            if args.verbose and not (node_works and trun_works):
                print(f"--- node\n{node_output}--- trun\n{trun_output}")
    sys.exit(worse > 0)


main()
