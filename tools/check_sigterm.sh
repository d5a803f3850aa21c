#!/bin/bash
# How long `nanopneumo train` takes from SIGTERM to its end.
#
#   tools/check_sigterm.sh [SIGNALS] [FOLDER] [-- OPTIONS...]
#
# A run is ended at a random moment, resumed, ended, ... until SIGNALS (default 100) were sent; where it comes to its end
# before that, another is begun. Prints the median, the 99th percentile and the longest of the times. Fails where one ends
# with anything but exit code 143, or cannot be resumed. FOLDER (default: sigterm-check) must not exist; it is left to be
# looked at. OPTIONS are those of train, without --out. SEED in the environment decides the moments.
set -euo pipefail

signals=100
out=sigterm-check
if [ $# -gt 0 ] && [ "$1" != -- ]; then signals=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then out=$1; shift; fi
options=(mobilenet --weights none --phantoms 96 --epochs 3)
if [ $# -gt 1 ]; then options=("${@:2}"); fi
program=$(realpath "${NANOPNEUMO:-$(dirname "$0")/../build/nanopneumo}")
RANDOM=${SEED:-1}

[ ! -e "$out" ] || { echo "$out is there already; give another folder"; exit 2; }
mkdir -p "$out"

now() { echo $(($(date +%s%N) / 1000000)); }  # ms

begin=$(now)
"$program" train "${options[@]}" --out "$out/uncut" >"$out/uncut.log" 2>&1
whole=$(($(now) - begin))
echo "uncut: $whole ms"

run=$out/run-1
runs=1 sent=0
: >"$out/times"
while [ "$sent" -lt "$signals" ]; do
  if [ -e "$run/last.safetensors" ]; then
    "$program" train --resume "$run" >"$out/log" 2>&1 &
  else
    rm -rf "$run"
    "$program" train "${options[@]}" --out "$run" >"$out/log" 2>&1 &
  fi
  pid=$!
  wait_ms=$((1 + (RANDOM * 32768 + RANDOM) % whole))
  sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
  code=0
  if kill -TERM "$pid" 2>/dev/null; then
    begin=$(now)
    wait "$pid" || code=$?
    took=$(($(now) - begin))
  else
    wait "$pid" || code=$?
    took=-1
  fi
  if [ "$code" -eq 0 ]; then  # at its end before the signal came
    runs=$((runs + 1)) run=$out/run-$runs
    continue
  fi
  [ "$code" -eq 143 ] || { echo "exit code $code after $wait_ms ms:"; cat "$out/log"; exit 1; }
  echo "$took" >>"$out/times"
  sent=$((sent + 1))
done
sort -n "$out/times" | awk -v n="$signals" '
  { t[NR] = $1 }
  END { printf "%d signals: median %d ms, 99th percentile %d ms, longest %d ms\n",
        n, t[int((n + 1) / 2)], t[int(0.99 * n + 0.999)], t[n] }'
