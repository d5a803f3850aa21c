#include "kernels/cpu/onednn_memory.h"

#include <dnnl.hpp>

namespace nanopneumo::cpu {

bool is_out_of_memory(const std::exception& error) {
  const auto* of_onednn = dynamic_cast<const dnnl::error*>(&error);
  return of_onednn && of_onednn->status == dnnl_out_of_memory;
}

}  // namespace nanopneumo::cpu
