#include "kernels/cpu/cpu_features.h"

#include <dnnl.hpp>

namespace nanopneumo::cpu {

bool multiplies_bfloat16() {
  // oneDNN's levels are sets of bits, one for each extension that they include.
  const auto bits = [](dnnl::cpu_isa isa) { return static_cast<unsigned>(isa); };
  const unsigned wanted = bits(dnnl::cpu_isa::avx512_core_bf16);
  return (bits(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

}  // namespace nanopneumo::cpu
