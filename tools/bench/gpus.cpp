#include "tools/bench/gpus.h"

#include <algorithm>
#include <array>

#include "tensor/errors.h"

namespace nanopneumo::bench {
namespace {

// H100 and H200: NVIDIA H100 Tensor Core GPU data sheet and H200 data sheet, SXM columns, half of the
// figures "with sparsity". A100: NVIDIA A100 data sheet, 80 GB SXM. RTX 4090: NVIDIA Ada GPU
// architecture, appendix A. RTX 3090: NVIDIA Ampere GA102 whitepaper, appendix A. L4: NVIDIA L4 data
// sheet, half of the figures "with sparsity".
constexpr std::array kGpus = {
    Gpu{"h100", "H100", 66.9, 494.7, 989.4, 3350, 132},
    Gpu{"h200", "H200", 66.9, 494.7, 989.4, 4800, 132},
    Gpu{"a100", "A100", 19.5, 156, 312, 2039, 108},
    Gpu{"rtx4090", "RTX 4090", 82.6, 82.6, 165.2, 1008, 128},
    Gpu{"rtx3090", "RTX 3090", 35.6, 35.6, 71, 936, 82},
    Gpu{"l4", "L4", 30.3, 60, 121, 300, 58},
};

}  // namespace

std::span<const Gpu> gpus() { return kGpus; }

const Gpu& find_gpu(std::string_view name) {
  std::string known;
  for (const Gpu& gpu : kGpus) {
    if (gpu.name == name) return gpu;
    known += (known.empty() ? "" : ", ") + std::string(gpu.name);
  }
  throw_input_error("there is no GPU \"{}\" in the table; give one of {}", name, known);
}

const Gpu* recognise_gpu(std::string_view device_name) {
  const auto found = std::ranges::find_if(
      kGpus, [&](const Gpu& gpu) { return device_name.find(gpu.title) != std::string_view::npos; });
  return found == kGpus.end() ? nullptr : &*found;
}

Roofline roofline(const Gpu& gpu, double flops, double bytes, Precision precision) {
  const double tflops = precision == Precision::bf16   ? gpu.bf16_tflops
                        : precision == Precision::tf32 ? gpu.tf32_tflops
                                                       : gpu.fp32_tflops;
  const double arithmetic = flops / (1e12 * tflops), memory = bytes / (1e9 * gpu.bandwidth_gb_s);
  return {std::max(arithmetic, memory), memory >= arithmetic};
}

}  // namespace nanopneumo::bench
