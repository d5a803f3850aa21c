#include "kernels/cpu/cpu_features.h"

#include <dnnl.hpp>
#include <fstream>

namespace nanopneumo::cpu {

bool multiplies_bfloat16() {
  // oneDNN's levels are sets of bits, one for each extension that they include.
  const auto bits = [](dnnl::cpu_isa isa) { return static_cast<unsigned>(isa); };
  const unsigned wanted = bits(dnnl::cpu_isa::avx512_core_bf16);
  return (bits(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "unknown";
}

}  // namespace nanopneumo::cpu
