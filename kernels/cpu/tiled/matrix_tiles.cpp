#include "kernels/cpu/tiled/matrix_tiles.h"

#include <dnnl.hpp>

namespace nanopneumo::cpu::matrix_tiles {

bool are_there() {
#if defined(__AMX_BF16__) && defined(__AVX512BF16__)
  // oneDNN asks the system for them, for the whole process, before it says that they are there. Its levels are sets of
  // bits, one for each extension that they include.
  const auto bits = [](dnnl::cpu_isa isa) { return static_cast<unsigned>(isa); };
  const unsigned wanted = bits(dnnl::cpu_isa::avx512_core_amx);
  return (bits(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
#else
  return false;
#endif
}

}  // namespace nanopneumo::cpu::matrix_tiles
