// What a program answers that is built without cuDNN's headers.
#include <stdexcept>

#include "tools/bench/rival.h"

namespace nanopneumo::bench {

std::unique_ptr<Rival> make_cudnn_rival(Device&) {
  throw std::runtime_error("cuDNN: its headers were not there when this program was built");
}

}  // namespace nanopneumo::bench
