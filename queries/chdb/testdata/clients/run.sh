#!/usr/bin/env bash
# Two ClickHouse clients that others wrote, run against a server:
#   run.sh URL USER PASSWORD
# Both are installed into a temporary folder, at pinned versions.
set -euo pipefail
if [ $# -ne 3 ]; then
	echo "usage: $0 URL USER PASSWORD" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$tmp/venv/bin/python" "$here/client.py" "$@"

cp "$here/package.json" "$here/client.mjs" "$tmp/"
(cd "$tmp" && npm install --silent --no-audit --no-fund --ignore-scripts && node client.mjs "$@")
