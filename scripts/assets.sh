#!/bin/sh
# Build static/dist: find Node, install the locked npm packages when they changed, run the build.
set -eu
cd "$(dirname "$0")/.."

recent() { command -v "$1" >/dev/null && "$1" -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; }

if ! { recent node && command -v npm >/dev/null; }; then
    # No Node of version 20 or later here: use the one that comes as a Python package.
    .venv/bin/python scripts/bootstrap.py node
    PATH="$PWD/.venv/bin:$PATH"
fi
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
    echo "Installing the browser packages of package-lock.json ..." >&2
    npm ci --silent --no-audit --no-fund --ignore-scripts || {
        echo "Could not install the browser packages: check that the npm registry can be reached and run make again." >&2
        exit 1
    }
    cp package-lock.json node_modules/.installed-lock.json
fi
node scripts/build_assets.mjs
