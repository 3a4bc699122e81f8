#!/bin/sh
# Installs the pinned native addons of tests/addons, once per change of its lock file.
#
# Not with `npm ci`: that wants the binaries of all platforms in the lock file, and some packages were published without them.
set -eu
cd "$(dirname "$0")/../tests/addons"

if ! command -v npm >/dev/null 2>&1; then
    echo "npm packages are needed: install Node.js with npm, then run this again." >&2
    exit 1
fi

stamp=node_modules/.installed
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
    npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi
