#!/bin/bash
# Opens a report in a headless Chromium as four readers would: light and dark, on a desk and on a telephone.
#
#   tools/check_report.sh report.html [FOLDER]
#
# Fails where the page asks the network for anything, writes to the console, scrolls sideways, or shows a
# picture, link or table to which Chromium's accessibility tree gives no name. Leaves in FOLDER (default:
# report-check) a screenshot for each reader and the page as PDF, to be looked at. Exit code 77 where there is
# no Chromium (CHROMIUM names another program).
#
# Chromium is spoken to over its DevTools pipe: messages in JSON, each followed by a zero byte, on its file
# descriptors 3 and 4. Perl takes them apart, since bash reads a pipe byte by byte and screenshots are large.
set -euo pipefail

page=$(realpath "${1:?give a report.html}")
[ -f "$page" ] || { echo "$page is no file"; exit 2; }
out=${2:-report-check}
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
  echo "no Chromium here: the report was not opened"
  exit 77
fi
mkdir -p "$out"
work=$(mktemp -d)
mkfifo "$work/to" "$work/from" "$work/answered"
exec 7<>"$work/answered" 8<>"$work/to" 9<>"$work/from"
"$chromium" --headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
  --user-data-dir="$work/profile" --remote-debugging-pipe 3<&8 4>&9 2>"$work/chromium.log" &
browser=$!
# The answer to command N goes to the file N, and N to bash; what else Chromium says goes to the file events.
perl -0 -ne 'BEGIN { $| = 1; $folder = shift } chomp;
  my $id = /^\{"id":(\d+)/ ? $1 : "";
  open(my $file, ">>", "$folder/" . ($id || "events")) or die; print $file "$_\n"; close $file;
  print "$id\n" if $id' "$work" <&9 >&7 &
splitter=$!
# Chromium's own children may still write their profile when it has ended.
clean() {
  kill $browser $splitter 2>/dev/null
  wait 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$work" 2>/dev/null && return
    sleep 0.2
  done
  echo "could not be removed: $work" >&2
}
trap clean EXIT

number=0
session=
events=$work/events
: >"$events"
# Sends a command; its answer is in the file $reply.
call() {
  number=$((number + 1))
  reply=$work/$number
  printf '{"id":%d,"method":"%s","params":%s%s}\0' "$number" "$1" "${2:-{\}}" \
    "${session:+,\"sessionId\":\"$session\"}" >&8
  local answered=
  while [ "$answered" != $number ]; do
    IFS= read -r -t 60 answered <&7 || { echo "$1: Chromium does not answer"; return 1; }
  done
  if head -c 40 "$reply" | grep -q '^{"id":[0-9]*,"error"'; then
    echo "$1: $(head -c 300 "$reply")"
    return 1
  fi
}
# The value of a text member of the answer.
member() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$reply"; }
# Evaluates JavaScript that gives a text; leaves it in the variable value.
ask() {
  call Runtime.evaluate "{\"expression\":\"$1\",\"returnByValue\":true}"
  value=$(sed -E 's/.*"value":"?([^"}]*)"?\}.*/\1/' "$reply")
}

call Target.createTarget '{"url":"about:blank"}'
call Target.attachToTarget "{\"targetId\":\"$(member targetId)\",\"flatten\":true}"
session=$(member sessionId)
for domain in Page Network Log Runtime Accessibility; do call $domain.enable; done

failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

for reader in light:1280 dark:1280 light:390 dark:390; do
  scheme=${reader%:*} width=${reader#*:}
  call Emulation.setEmulatedMedia "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"$scheme\"}]}"
  call Emulation.setDeviceMetricsOverride \
    "{\"width\":$width,\"height\":900,\"deviceScaleFactor\":1,\"mobile\":$([ "$width" = 390 ] && echo true || echo false)}"
  call Page.navigate "{\"url\":\"file://$page\"}"
  for _ in $(seq 100); do
    ask 'document.readyState'
    [ "$value" = complete ] && break
    sleep 0.1
  done
  ask 'String(document.documentElement.scrollWidth)'
  [ "$value" -le "$width" ] || fail "at $width pixels the page is $value wide"
  ask 'getComputedStyle(document.body).backgroundColor'
  echo "$scheme, $width pixels: background $value"
  call Page.captureScreenshot '{"format":"png","captureBeyondViewport":true}'
  member data | base64 -d >"$out/$scheme-$width.png"
done
call Page.printToPDF '{"printBackground":false,"preferCSSPageSize":true}'
member data | base64 -d >"$out/report.pdf"

# Each picture, link, table and region with what a screen reader would call it.
call Accessibility.getFullAXTree
sed 's/{"nodeId"/\n&/g' "$reply" |
  grep -E '"role":\{"type":"(internalR|r)ole","value":"(image|img|link|table|region|figure|heading|navigation)"' \
    >"$work/named" || true
nameless=$(grep -E '"value":"(image|img|link|table|region|heading|navigation)"' "$work/named" |
  grep -vc '"name":{"type":"computedString","value":"[^"]' || true)
echo "accessibility tree: $(wc -l <"$work/named") pictures, links, tables, figures and regions, $nameless without a name"
[ -s "$work/named" ] || fail "the accessibility tree names nothing"
[ "$nameless" = 0 ] || fail "$nameless things have no accessible name"

requests=$(grep -o '"method":"Network.requestWillBeSent".*' "$events" |
  grep -oE '"request":\{"url":"[^"]{0,80}' | grep -vE '"url":"(file://|data:)' || true)
[ -z "$requests" ] || fail "network requests: $requests"
console=$(grep -E '"method":"(Runtime.consoleAPICalled|Runtime.exceptionThrown|Log.entryAdded)"' "$events" || true)
[ -z "$console" ] || fail "on the console: ${console:0:400}"

if [ $failures -gt 0 ]; then exit 1; fi
echo "passed; screenshots in $out"
