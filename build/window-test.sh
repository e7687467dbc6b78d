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
wait_for() { for _ in $(seq 600); do eval "$2" && return 0; sleep 0.1; done; fail "$1"; }

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

# The server takes a free display and says when it is there.
Xvfb -displayfd 3 -screen 0 1280x900x24 3>"$dir/display" >/dev/null 2>&1 & pids+=($!)
wait_for "no display" '[ -s "$dir/display" ]'
export DISPLAY=:$(cat "$dir/display") GDK_BACKEND=x11 WEBKIT_DISABLE_COMPOSITING_MODE=1
dbus-run-session -- "$desktop" kit --dir "$dir/kit" --manual >"$dir/window.log" 2>&1 & pids+=($!)
window=
for _ in $(seq 600); do window=$(xdotool search --name 反诈宣传外勤 2>/dev/null | tail -1) && [ -n "$window" ] && break; sleep 0.2; done
[ -n "$window" ] || fail "no window: $(cat "$dir/window.log")"

# The window stands before its screen hears keys: 1 is pressed until it has opened the booth
# and counted, and what is on its way has arrived; then each key must count.
taps() { sqlite3 "$dir/kit/data/replica.db" 'SELECT coalesce(sum(qty), 0) FROM handout'; }
for _ in $(seq 60); do
  xdotool windowfocus "$window" 2>/dev/null || true
  xdotool key 1
  sleep 1.5
  [ "$(taps)" -gt 0 ] && break
done
before=-1
while [ "$(taps)" != "$before" ]; do before=$(taps); sleep 3; done
[ "$before" -gt 0 ] || fail "the window hears no keys"
for k in 1 1 2 q; do xdotool key --delay 60 "$k"; sleep 0.3; done
wait_for "the database holds $(taps) taps instead of $((before + 3))" '[ "$(taps)" = $((before + 3)) ]'
for _ in $(seq 50); do
  import -window root "$dir/window.png"
  colours=$(convert "$dir/window.png" -resize 320x -unique-colors -format '%w' info: 2>/dev/null || identify -format '%k' "$dir/window.png")
  [ "$colours" -gt 60 ] && break
  sleep 0.5
done
[ "$colours" -gt 60 ] || fail "the window is blank ($colours colours)"
mkdir -p test-results && cp "$dir/window.png" test-results/window.png

# Started again, the program brings this window back in front and ends; no session bus is needed.
xdotool windowunmap --sync "$window"
[ -z "$(xdotool search --onlyvisible --name 反诈宣传外勤 2>/dev/null)" ] || fail "the window does not go away"
"$desktop" kit --dir "$dir/kit" --manual >"$dir/again.log" 2>&1 || fail "the second start: $(cat "$dir/again.log")"
wait_for "the window did not come back: $(cat "$dir/again.log")" '[ "$(xdotool search --onlyvisible --name 反诈宣传外勤 2>/dev/null)" = "$window" ]'

check=$(sqlite3 "$dir/kit/data/replica.db" 'PRAGMA integrity_check')
[ "$check" = ok ] || fail "integrity_check: $check"
echo "window test: $((before + 3)) taps by keyboard are in the database, $colours colours on the screen, brought back by a second start, integrity ok"
