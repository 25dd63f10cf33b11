#!/bin/sh
# Write requirements/*.txt and package-lock.json anew. No address of a package index gets into either.
set -eu
cd "$(dirname "$0")/../requirements"
compile() {
    ../.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}
compile base.in -o base.txt
compile dev.in -c base.txt -o dev.txt
compile node.in -o node.txt
cd ..
if command -v npm >/dev/null; then npm update --package-lock-only --silent --no-audit --no-fund; fi
