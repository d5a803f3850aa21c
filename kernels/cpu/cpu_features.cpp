#include "kernels/cpu/cpu_features.h"

#include <fmt/format.h>

#include <dnnl.hpp>
#include <fstream>
#include <map>

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
  std::map<std::string, std::string, std::less<>> facts;  // of the first processor
  for (std::string line; std::getline(in, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos)
      facts.emplace(line.substr(0, line.find_last_not_of("\t ", colon - 1) + 1),
                    line.substr(colon + 2));
  }
  if (!facts.contains("model name")) return "unknown";
  // Virtual machines call all generations by one name.
  if (!facts.contains("cpu family") || !facts.contains("model")) return facts["model name"];
  return fmt::format("{} (family {}, model {})", facts["model name"], facts["cpu family"],
                     facts["model"]);
}

}  // namespace nanopneumo::cpu
