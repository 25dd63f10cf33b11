#!/bin/sh
# Run the tests, and mypy beside them: alone it keeps one processor waiting for a minute.
cd "$(dirname "$0")/.." || exit 1
said=$(mktemp)
.venv/bin/mypy --no-error-summary >"$said" 2>&1 &
types=$!
trap 'kill "$types" 2>/dev/null; rm -f "$said"' EXIT
trap 'exit 130' INT TERM
.venv/bin/pytest "$@"
tests=$?
wait "$types"
right=$?
if [ "$right" != 0 ]; then
    echo "mypy"
    cat "$said"
fi
[ "$tests" = 0 ] || exit "$tests"
exit "$right"
