#!/usr/bin/env bash
# Opens the real desktop window under Xvfb, drives it with a keyboard, looks at
# the picture and into the database. usage: window-test.sh DESKTOP HEADLESS
set -euo pipefail
desktop=$(realpath "$1") headless=$(realpath "$2")
dir=$(mktemp -d)
pids=()
finish() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; rm -rf "$dir"; }
trap finish EXIT
fail() { echo "window test: $*" >&2; mkdir -p test-results; cp "$dir"/*.png "$dir"/*.log test-results/ 2>/dev/null || true; exit 1; }
wait_for() { for _ in $(seq 100); do eval "$2" && return 0; sleep 0.1; done; fail "$1"; }

echo correct-horse-9 >"$dir/password"
"$headless" county init --dir "$dir/county" --name 青岚县 --password-file "$dir/password" >/dev/null
"$headless" county serve --dir "$dir/county" --listen 127.0.0.1:0 --local 127.0.0.1:0 >"$dir/county.log" 2>&1 & pids+=($!)
wait_for "the county did not start" 'grep -q dashboard "$dir/county.log"'
address=$(sed -n 's/.*kits: //p' "$dir/county.log")
code=$("$headless" county enrol --dir "$dir/county" --unit CGPCS --unit-name 城关派出所 --short-name 城关所 --department D02 --label D1 --address "$address")

# Enrolment, an officer and an open booth through the same services, in the headless shell.
"$headless" kit --dir "$dir/kit" --no-open --manual >"$dir/kit.log" 2>&1 & kit=$!
wait_for "the kit did not start" 'grep -q token "$dir/kit.log"'
url=$(sed -n 's/fieldkit kit: //p' "$dir/kit.log"); token=${url##*token=}; base=${url%%/\?*}
call() { curl -fsS -H "Authorization: Bearer $token" -d "$2" "$base/rpc/$1"; }
call Kit/Enrol "[\"$code\",\"D1\"]" >/dev/null
call Kit/AddOfficer '["041207","李静","police"]' >/dev/null
call Booth/Open '[{"kind":"street","title":"","venue_id":"","place":"城关广场","lead_unit_id":"","partner_units":[],"start_at":0}]' >/dev/null
kill "$kit"; wait "$kit" 2>/dev/null || true

display=:$((RANDOM % 400 + 100))
Xvfb "$display" -screen 0 1280x900x24 >/dev/null 2>&1 & pids+=($!)
sleep 1
export DISPLAY=$display GDK_BACKEND=x11 WEBKIT_DISABLE_COMPOSITING_MODE=1
dbus-run-session -- "$desktop" kit --dir "$dir/kit" --manual >"$dir/window.log" 2>&1 & pids+=($!)
window=
for _ in $(seq 150); do window=$(xdotool search --name 反诈宣传外勤 2>/dev/null | tail -1) && [ -n "$window" ] && break; sleep 0.2; done
[ -n "$window" ] || fail "no window: $(cat "$dir/window.log")"
sleep 4
xdotool windowfocus "$window" 2>/dev/null || true
xdotool key --delay 150 1
sleep 1.5
for k in 1 1 1 2 q; do xdotool key --delay 60 "$k"; sleep 0.3; done
sleep 1.5
import -window root "$dir/window.png"
colours=$(convert "$dir/window.png" -resize 320x -unique-colors -format '%w' info: 2>/dev/null || identify -format '%k' "$dir/window.png")
[ "$colours" -gt 60 ] || fail "the window is blank ($colours colours)"
mkdir -p test-results && cp "$dir/window.png" test-results/window.png

taps=$(sqlite3 "$dir/kit/data/replica.db" 'SELECT coalesce(sum(qty), 0) FROM handout')
[ "$taps" = 4 ] || fail "the database holds $taps taps instead of 4"
check=$(sqlite3 "$dir/kit/data/replica.db" 'PRAGMA integrity_check')
[ "$check" = ok ] || fail "integrity_check: $check"
echo "window test: 4 taps by keyboard are in the database, $colours colours on the screen, integrity ok"
