#!/bin/sh
# Installs the pinned Python packages that tests use into target/python, once per change of their list.
set -eu
cd "$(dirname "$0")/.."

if ! python3 -c 'import venv, ensurepip' >/dev/null 2>&1; then
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "Installing Python, which the tests use to read reports as others do"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
    else
        echo "The tests read reports by Python packages: install Python 3 with venv, then run this again." >&2
        exit 1
    fi
fi

list=tests/python/requirements.txt
place=target/python
stamp=$place/.installed
# An environment does not survive being moved, nor its Python being replaced.
if [ ! -f "$stamp" ] || ! cmp -s "$list" "$stamp" || ! "$place/bin/python" -c '' >/dev/null 2>&1; then
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$list"
    cp "$list" "$stamp"
fi
