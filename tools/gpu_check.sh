#!/usr/bin/env bash
# For a machine with a GPU, the CUDA toolkit, g++ and CMake, with or without a network: builds, runs every
# test, trains an epoch of two models and measures every operation on the GPU. All of it goes into
# gpu_results/ and ${OUT:-.}/gpu_results.tar.gz. Fails at the end where a step failed.
#   tools/gpu_check.sh          first, where the packages are: tools/gpu_bundle.sh
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

results=$PWD/gpu_results
rm -rf "$results"
mkdir -p "$results"
failed=0

# step NAME COMMAND...: runs it, keeps its output, exit code and seconds.
step() {
  local name=$1 start=$SECONDS rc
  shift
  say "$name"
  "$@" >"$results/$name.log" 2>&1
  rc=$?
  printf '%s\t%d\t%d\n' "$name" "$rc" "$((SECONDS - start))" >>"$results/steps.tsv"
  [ "$rc" -eq 0 ] || { failed=1; printf 'FAILED (%d):\n' "$rc"; tail -n 20 "$results/$name.log"; }
  return "$rc"
}

if [ -f .bundle/bundle.tar.xz ] && [ ! -d .bundle/usr ]; then
  tar -C .bundle -xJf .bundle/bundle.tar.xz || die "The bundle cannot be unpacked."
fi
if [ -d .bundle/usr ]; then
  # The linker and the programs find the libraries of the libraries there.
  export LD_LIBRARY_PATH=$PWD/.bundle/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi

train() { build-gpu/nanopneumo train "$@" --device cuda --epochs 1 --out "$results/run-$1"; }
generator=()
command -v ninja >/dev/null && generator=(-G Ninja)

step gpu nvidia-smi -q
step configure cmake -S . -B build-gpu "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DNANOPNEUMO_CUDA=ON
if step build cmake --build build-gpu --parallel "$(build_jobs)"; then
  step doctor build-gpu/nanopneumo doctor
  step tests-cuda build-gpu/tests/test_cuda
  step tests-operations env NANOPNEUMO_TEST_DEVICE=cuda NANOPNEUMO_TEST_ALL=1 \
    build-gpu/tests/test_kernels
  step tests-all ctest --test-dir build-gpu --output-on-failure --parallel "$(nproc)"
  step train-cnn train cnn
  step train-mobilenet train mobilenet --weights none
  for precision in tf32 bf16; do
    step "train-cnn-$precision" build-gpu/nanopneumo train cnn --device cuda --epochs 1 \
      --precision "$precision" --out "$results/run-cnn-$precision"
  done
  step bench build-gpu/nanopneumo bench ops --device cuda --csv "$results/bench.csv"
fi

find "$results" -name '*.safetensors' -delete
tar -C "$PWD" -czf "${OUT:-.}/gpu_results.tar.gz" gpu_results
say "Steps (name, exit code, seconds)"
cat "$results/steps.tsv"
exit "$failed"
