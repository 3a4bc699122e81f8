#!/bin/sh
# Makes sure that the system's development packages are there: installs what is missing on Debian and Ubuntu (as root or with
# sudo), names it elsewhere.
set -eu

have() {
    command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$1"
}

missing=""
command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
have openssl || missing="$missing libssl-dev"
have libffi || missing="$missing libffi-dev"
# At run time for native addons that call it; its headers for the tests' addons.
have libuv || missing="$missing libuv1-dev"
engine=""
have javascriptcoregtk-6.0 || have javascriptcoregtk-4.1 || engine="libjavascriptcoregtk-6.0-dev"

[ -n "$missing$engine" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "trun needs the development packages of JavaScriptCore (WebKitGTK 6.0 or 4.1), OpenSSL, libffi and libuv, and pkg-config." >&2
    echo "Missing here, by their Debian names:$missing $engine. Install your system's packages of them and run this again." >&2
    exit 1
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Run as root, then run this again: apt-get install$missing $engine" >&2
        exit 1
    fi
    as_root="sudo"
fi

echo "Installing the system packages trun builds with:$missing $engine"
$as_root apt-get update -qq
# Older releases have only the 4.1 series of the engine's library, which serves as well.
if [ -n "$engine" ] && ! apt-cache show "$engine" >/dev/null 2>&1; then
    engine="libjavascriptcoregtk-4.1-dev"
fi
# shellcheck disable=SC2086 # a list of names
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing $engine >/dev/null
echo "Installed."
