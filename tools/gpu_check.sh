#!/usr/bin/env bash
# For a machine with a GPU, the CUDA toolkit, g++ and CMake, with or without a network: builds, runs every
# test, trains an epoch of each of four runs and measures every operation on the GPU. All of it goes into
# gpu_results/ and ${OUT:-.}/gpu_results.tar.gz, which is written anew after each step. Fails at the end
# where a step failed.
#   tools/gpu_check.sh [build] [tests] [train] [bench]
# does the named parts, or all. On a machine that is lent for minutes, name some in each call: what earlier
# calls found stays where the parts do not begin with build.
# First, where the packages are: tools/gpu_bundle.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/setup.sh

parts=("$@")
[ $# -gt 0 ] || parts=(build tests train bench)
for part in "${parts[@]}"; do
  case $part in
    build | tests | train | bench) ;;
    *) die "There is no part \"$part\"; the parts are build, tests, train and bench." ;;
  esac
done
wanted() { [[ " ${parts[*]} " == *" $1 "* ]]; }

results=$PWD/gpu_results
program=build-gpu/nanopneumo
[ "${parts[0]}" != build ] || rm -rf "$results"
mkdir -p "$results"
failed=0
longest_step=1200  # seconds; a kernel that hangs must not hide the other steps

pack() {
  find "$results" -name '*.safetensors' -delete
  tar -C "$PWD" -czf "${OUT:-.}/gpu_results.tar.gz" gpu_results
}

# step NAME COMMAND...: runs it, keeps its output, exit code and seconds.
step() {
  local name=$1 start=$SECONDS rc
  shift
  say "$name"
  timeout "$longest_step" "$@" >"$results/$name.log" 2>&1
  rc=$?
  printf '%s\t%d\t%d\n' "$name" "$rc" "$((SECONDS - start))" >>"$results/steps.tsv"
  [ "$rc" -eq 0 ] || { failed=1; printf 'FAILED (%d):\n' "$rc"; tail -n 20 "$results/$name.log"; }
  pack
  return "$rc"
}

if [ -f .bundle/bundle.tar.xz ] && [ ! -d .bundle/usr ]; then
  tar -C .bundle -xJf .bundle/bundle.tar.xz || die "The bundle cannot be unpacked."
fi
# Where the linker and the programs find the bundle's libraries, and what bench compares with: cuDNN and
# cuBLASLt of the toolkit, or as pip installs them.
libraries=() includes=()
[ ! -d .bundle/usr ] || libraries+=("$PWD/.bundle/usr/lib/x86_64-linux-gnu")
for toolkit in "${CUDA_HOME:-/usr/local/cuda}"/lib{64,}; do
  [ ! -d "$toolkit" ] || libraries+=("$toolkit")
done
for package in $(python3 -c 'import nvidia; print(*(p + "/*" for p in nvidia.__path__))' 2>/dev/null); do
  [ ! -d "$package/lib" ] || libraries+=("$package/lib")
  [ ! -d "$package/include" ] || includes+=("$package/include")
done
joined() { local IFS=:; echo "$*"; }
LD_LIBRARY_PATH=$(joined "${libraries[@]}" ${LD_LIBRARY_PATH:+"$LD_LIBRARY_PATH"})
CMAKE_INCLUDE_PATH=$(joined "${includes[@]}" ${CMAKE_INCLUDE_PATH:+"$CMAKE_INCLUDE_PATH"})
export LD_LIBRARY_PATH CMAKE_INCLUDE_PATH

generator=()
command -v ninja >/dev/null && generator=(-G Ninja)

if wanted build; then
  step gpu nvidia-smi -q
  step configure cmake -S . -B build-gpu "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DNANOPNEUMO_CUDA=ON &&
    step build cmake --build build-gpu --parallel "$(build_jobs)"
fi
if [ -x "$program" ]; then
  step doctor "$program" doctor
  if wanted tests; then
    step tests-cuda build-gpu/tests/test_cuda
    step tests-operations env NANOPNEUMO_TEST_DEVICE=cuda NANOPNEUMO_TEST_ALL=1 build-gpu/tests/test_kernels
    step tests-all ctest --test-dir build-gpu --output-on-failure --parallel "$(nproc)"
  fi
  if wanted train; then
    train() { step "train-$1" "$program" train "${@:2}" --device cuda --epochs 1 --out "$results/run-$1"; }
    train cnn cnn
    train mobilenet mobilenet --weights none
    train cnn-tf32 cnn --precision tf32
    train cnn-bf16 cnn --precision bf16
  fi
  if wanted bench; then
    step bench "$program" bench ops --device cuda --csv "$results/bench.csv"
    step bench-tf32 "$program" bench ops --device cuda --precision tf32 --csv "$results/bench-tf32.csv"
    step bench-ladder "$program" bench ladder --device cuda
  fi
else
  failed=1
  say "There is no $program: begin with the part build"
fi

pack
say "Steps (name, exit code, seconds)"
cat "$results/steps.tsv"
exit "$failed"
