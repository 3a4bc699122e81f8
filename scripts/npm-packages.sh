#!/bin/sh
# Installs the pinned npm packages of a folder, once per change of its lock file: those that tests import, or the folder that is given.
set -eu
cd "$(dirname "$0")/../${1:-tests/npm}"

if ! command -v npm >/dev/null 2>&1; then
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "Installing npm, which gets the packages that trun embeds and those that its tests import"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
    else
        echo "npm packages are needed: install Node.js with npm, then run this again." >&2
        exit 1
    fi
fi

stamp=node_modules/.installed
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi
