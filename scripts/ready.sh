#!/bin/sh
# Bring what the tests need and print the path of a Chromium: it is looked for, or installed, while the packages are.
cd "$(dirname "$0")/.." || exit 1
found=$(mktemp)
trap 'rm -f "$found"' EXIT
sh scripts/browser.sh >"$found" &
browser=$!
"${MAKE:-make}" --no-print-directory dev assets >&2
packages=$?
# Also when the packages failed: an install of the system's packages is better not cut off.
wait "$browser" || exit 1
[ "$packages" = 0 ] || exit "$packages"
cat "$found"
