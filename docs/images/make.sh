#!/usr/bin/env bash
# Makes the pictures of this folder anew, from the demo: the report's first page, by headless Chromium, and dashboards, by a tool
# that draws them with Grafana's own components and lies beside the clone; without it those stay as they are.
# Needs Go, npm and chromium. The same seed makes the same company, so pictures differ only where the program does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

draw=${GRAFANA_LOOK:-../shared/tools/grafana/view.sh}
port=${CLICKHOUSE_PORT:-18923}
chromium=${CHROMIUM:-chromium}
work=$(mktemp -d)
stack=
trap '[ -z "$stack" ] || kill "$stack" 2>/dev/null || :; wait 2>/dev/null || :; rm -rf "$work"' EXIT

go build -o "$work/funnelcloud" ./cmd/funnelcloud
"$work/funnelcloud" demo --people 20000 --days 180 --start 2026-01-05 --dir "$work/demo" --clickhouse-port "$port" --serve >"$work/log" 2>&1 &
stack=$!
until grep -q 'Ctrl-C stops it' "$work/log"; do
  kill -0 "$stack" || { cat "$work/log" >&2; exit 1; }
  sleep 1
done

small() { # small PICTURE NAME HEIGHT
  go run docs/images/small.go "$1" "docs/images/$2.png" "$3"
}

"$chromium" --headless --no-sandbox --hide-scrollbars --window-size=1200,1000 --virtual-time-budget=5000 \
  --screenshot="$work/report.png" "file://$work/demo/report.html" >/dev/null 2>&1
small "$work/report.png" report 1000

if [ -x "$draw" ]; then
  password=$(sed -n 's/.*"password": *"\([^"]*\)".*/\1/p' "$work/demo/data/stack.json")
  picture() { # picture DASHBOARD HEIGHT
    SHOT_HEIGHT=2600 "$draw" "dashboards/json/$1.json" "http://default:$password@127.0.0.1:$port/funnelcloud" "$work/$1.png" 1200 \
      -from 2026-04-05T00:00:00Z -to 2026-07-04T00:00:00Z >/dev/null
    small "$work/$1.png" "$1" "$2"
  }
  picture overview 1500
  picture attribution 1000
  picture qualification 1000
  
fi
ls -l docs/images/*.png
