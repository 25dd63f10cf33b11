#!/bin/sh
# Run a command; show what it said only when it failed.
if said=$("$@" 2>&1); then exit 0; else code=$?; fi
printf '%s\n' "$said" >&2
exit "$code"
