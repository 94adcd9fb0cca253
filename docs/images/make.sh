#!/usr/bin/env bash
# Makes the pictures of this folder anew: screenshots of the report and its pages from the demo, by headless Chromium, and the drawings
# that explain the models, from the worked examples of docs/attribution.md. Needs Go and Chromium (or FUNNELCLOUD_BROWSER) and, to fetch ClickHouse's
# engine once, npm. The same seed makes the same company, so pictures differ only where the program does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

browser=${FUNNELCLOUD_BROWSER:-chromium}
people=${PEOPLE:-10000}
work=$(mktemp -d)
stack=
trap '[ -z "$stack" ] || kill "$stack" 2>/dev/null || :; wait 2>/dev/null || :; rm -rf "$work"' EXIT

go run docs/images/models.go

go build -o "$work/funnelcloud" ./cmd/funnelcloud
"$work/funnelcloud" demo --people "$people" --days 180 --start 2026-01-05 --dir "$work/demo" --page-port 0 --serve >"$work/log" 2>&1 &
stack=$!
until grep -q 'Ctrl-C stops it' "$work/log"; do
  kill -0 "$stack" || { cat "$work/log" >&2; exit 1; }
  sleep 1
done
pages=$(sed -n 's#^report  *\(http://[0-9.:]*\)/.*#\1#p' "$work/log" | tail -1)

shot() { # shot NAME ADDRESS WIDTH HEIGHT
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --user-data-dir="$work/browser" \
    --window-size="$3,$4" --virtual-time-budget=20000 --screenshot="$work/$1.png" "$2" >/dev/null 2>&1
  go run docs/images/small.go "$work/$1.png" "docs/images/$1.png" "$4"
}

period='from=2026-04-05&to=2026-07-03'
conversion=$(curl -fsS "$pages/conversions?$period" | grep -o '/conversion?id=[^"]*' | sed 's/&amp;/\&/g' | head -1)
shot report "file://$work/demo/report.html" 1200 1000
shot page "$pages/?$period" 1200 1080
shot credit "$pages/credit?$period" 1200 1260
shot calls "$pages/calls?$period" 1200 900
shot conversion "$pages$conversion" 1200 1000
shot paths "$pages/paths?$period" 1200 1000
shot phone "file://$work/demo/report.html" 390 1000
ls -l docs/images
