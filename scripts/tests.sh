#!/bin/sh
# Run the tests, and mypy beside them: alone it keeps one processor waiting for a minute.
cd "$(dirname "$0")/.." || exit 1
said=$(mktemp)
# A thousand small databases come and go: in memory, where there is room, they need no disk.
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -w /dev/shm ] && [ "${room:-0}" -gt 4000000 ]; then
    PYTEST_DEBUG_TEMPROOT=$(mktemp -d /dev/shm/roadmap-tests-XXXXXX)
    export PYTEST_DEBUG_TEMPROOT
fi
.venv/bin/mypy --no-error-summary >"$said" 2>&1 &
types=$!
trap 'kill "$types" 2>/dev/null; rm -rf "$said" "$PYTEST_DEBUG_TEMPROOT"' EXIT
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
