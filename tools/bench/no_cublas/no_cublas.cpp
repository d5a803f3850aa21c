// What a program answers that is built without cuBLASLt's headers.
#include <stdexcept>

#include "tools/bench/rival.h"

namespace nanopneumo::bench {

std::unique_ptr<Rival> make_cublaslt_rival(Device&) {
  throw std::runtime_error("cuBLASLt: its headers were not there when this program was built");
}

}  // namespace nanopneumo::bench
