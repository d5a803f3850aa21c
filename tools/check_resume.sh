#!/bin/bash
# Kills `nanopneumo reproduce` at random moments and goes on with it, again and again.
#
#   tools/check_resume.sh [KILLS] [FOLDER] [-- OPTIONS...]
#
# A small experiment runs once uncut. Then it is started anew, killed with SIGKILL at a random moment,
# resumed, killed, ... until KILLS (default 50) were dealt; where it comes to its end before that, it is
# compared and begun anew. Fails unless every file that a finished experiment leaves has the bytes of the uncut
# one. What holds measured times is compared without them: timing.csv by its number of rows, report.html
# without its section "Time and memory". FOLDER (default: resume-check) must not exist; it is left to be looked
# at. OPTIONS replace those of the small experiment. SEED in the environment decides the moments.
set -euo pipefail

kills=50
out=resume-check
if [ $# -gt 0 ] && [ "$1" != -- ]; then kills=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then out=$1; shift; fi
options=(--models cnn,mobilenet --seeds 2 --weights none --image-size 64 --phantoms 96 --batch 8
         --epochs 3 --threads 1 --tensorboard)
if [ $# -gt 1 ]; then options=("${@:2}"); fi
program=${NANOPNEUMO:-$(dirname "$0")/../build/nanopneumo}
RANDOM=${SEED:-1}

[ ! -e "$out" ] || { echo "$out is there already; give another folder"; exit 2; }
mkdir -p "$out"
program=$(realpath "$program") out=$(realpath "$out")
# Both are made in the same place, whose name is in some of the files.
whole=$out/uncut cut=$out/experiment
begin=$(date +%s%N)
"$program" reproduce "${options[@]}" --out "$cut" >"$out/uncut.log"
mv "$cut" "$whole"
milliseconds=$((($(date +%s%N) - begin) / 1000000))
echo "uncut: $((milliseconds / 1000)).$((milliseconds % 1000 / 100)) s"

# The files below a folder with their checksums, without what was measured.
fingerprint() {
  (cd "$1" && find . -type f | LC_ALL=C sort | while IFS= read -r file; do
    case $file in
      */timing.csv) echo "$file: $(wc -l <"$file") rows" ;;
      */report.html) echo "$file: $(sed '/<h2 id="cost">/,/<\/section>/d' "$file" | sha256sum)" ;;
      *) echo "$file: $(sha256sum <"$file")" ;;
    esac
  done)
}
fingerprint "$whole" >"$out/uncut.sums"

dealt=0 finished=0
compare() {
  finished=$((finished + 1))
  fingerprint "$cut" >"$out/cut.sums"
  if ! diff "$out/uncut.sums" "$out/cut.sums"; then
    echo "FAILED: experiment $finished, after $dealt kills, is not the uncut one (lines above)"
    exit 1
  fi
}
while [ "$dealt" -lt "$kills" ]; do
  "$program" reproduce "${options[@]}" --out "$cut" >>"$out/cut.log" 2>&1 &
  job=$!
  # From an instant to a third of the uncut run.
  wait_ms=$((RANDOM * (milliseconds / 3) / 32768))
  sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
  kill -9 $job 2>/dev/null || true
  code=0
  wait $job 2>/dev/null || code=$?
  case $code in
    137) dealt=$((dealt + 1)) ;;
    0) compare; rm -rf "$cut" ;;
    *) echo "FAILED: exit code $code (see $out/cut.log)"; exit 1 ;;
  esac
done
"$program" reproduce "${options[@]}" --out "$cut" >>"$out/cut.log" 2>&1
compare
echo "passed: $dealt kills in $finished experiments, $(wc -l <"$out/uncut.sums") files each the same as uncut"
