// What GPUs can do at most, and what that means for an operation.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kernels/precision.h"

namespace nanopneumo::bench {

/// Peaks of NVIDIA's data sheets, without sparsity.
struct Gpu {
  std::string_view name;   ///< as --gpu takes it
  std::string_view title;  ///< a part of the name that the CUDA runtime gives
  double fp32_tflops;      ///< float32 outside of tensor cores
  double tf32_tflops;      ///< tensor cores, float32 sums
  double bf16_tflops;      ///< tensor cores, float32 sums
  double bandwidth_gb_s;   ///< of device memory, 1e9 bytes
  int multiprocessors;
};

std::span<const Gpu> gpus();
/// Throws InputError, listing the names, for an unknown one.
const Gpu& find_gpu(std::string_view name);
/// The GPU whose title occurs in `device_name`, or null.
const Gpu* recognise_gpu(std::string_view device_name);

/// The roofline (Williams, Waterman, Patterson 2009): no kernel is faster than its arithmetic at
/// peak, or its traffic at full bandwidth.
struct Roofline {
  double seconds;
  bool memory_bound;
};
Roofline roofline(const Gpu& gpu, double flops, double bytes, Precision precision);

}  // namespace nanopneumo::bench
