#!/bin/sh
# Print the path of a Chromium for the browser tests; install the system's package when there is none and we may.
find_browser() {
    for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    [ -x "$mac" ] && printf '%s\n' "$mac"
}

find_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests ..." >&2
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # Without its windows it takes a third less time for a page; older systems have it only with them.
    apt-get update >"$log" 2>&1 &&
        { apt-get install -y chromium-headless-shell fonts-liberation || apt-get install -y chromium; } >>"$log" 2>&1 &&
        rm -f "$log" && find_browser && exit 0
    tail -n 5 "$log" >&2 2>/dev/null
fi
echo "The browser tests need Chromium: install it (on Debian or Ubuntu: \`sudo apt-get install chromium\`) or set CHROMIUM to its path." >&2
exit 1
