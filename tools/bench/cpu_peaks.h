// What this machine's processor can do at best, measured.
#pragma once

#include <string>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/precision.h"

namespace nanopneumo::bench {

struct CpuPeaks {
  double flops;  ///< multiplications and additions a second, of all threads of the stream
  double bytes;  ///< a second, to and from memory

  /// Seconds in which the machine could do that much at best.
  double best_seconds(double work_flops, double work_bytes) const;
  /// Both, for people: a line.
  std::string words() const;
};

/// Takes about a second and 192 MiB. In float32 a loop of fused multiply-adds on registers, in bfloat16 one of products of
/// matrix tiles, or without them a large matrix product of oneDNN's; the triad a = b + s * c (McCalpin's STREAM) over arrays
/// larger than the caches, of which three arrays are counted. Best of several.
CpuPeaks measure_cpu_peaks(CpuStream& stream, Precision precision);

}  // namespace nanopneumo::bench
