#!/bin/sh
# Makes vm/js/dist, the JavaScript packages that trun embeds, from the versions pinned in vm/assets/package-lock.json.
set -eu
cd "$(dirname "$0")/.."
scripts/npm-packages.sh vm/assets

stamp=vm/js/dist/.made-from
if ! cat vm/assets/package-lock.json vm/assets/build.mjs | cmp -s - "$stamp"; then
    npm run --silent --prefix vm/assets build
    cat vm/assets/package-lock.json vm/assets/build.mjs >"$stamp"
fi
