#include "tools/bench/rival.h"

#include <stdexcept>

namespace nanopneumo::bench {

Rivals find_rivals(Device& device) {
  Rivals rivals;
  for (const auto make : {make_cudnn_rival, make_cublaslt_rival}) {
    try {
      rivals.present.push_back(make(device));
    } catch (const std::runtime_error& error) {
      rivals.missing.push_back(error.what());
    }
  }
  return rivals;
}

}  // namespace nanopneumo::bench
