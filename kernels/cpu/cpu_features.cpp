#include "kernels/cpu/cpu_features.h"

#include <dnnl.hpp>
#include <fstream>

#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

bool multiplies_bfloat16() {
  // oneDNN's levels are sets of bits, one for each extension that they include.
  const auto bits = [](dnnl::cpu_isa isa) { return static_cast<unsigned>(isa); };
  const unsigned wanted = bits(dnnl::cpu_isa::avx512_core_bf16);
  return (bits(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

std::string compiled_for() {
#if defined(__AVX512F__) || defined(__FMA__)  // as fma() of vector.h asks
  constexpr const char* kFma = "FMA";
#else
  constexpr const char* kFma = "no FMA";
#endif
  return "vectors of " + std::to_string(kLanes) + " floats, " + kFma + ", " + __VERSION__;
}

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "unknown";
}

}  // namespace nanopneumo::cpu
