#include "tests/support/gpu_devices.h"

namespace nanopneumo::test {

void for_each_gpu_device(const std::function<void(Device&)>& body) {
  body(*make_emulated_device(2));
}

}  // namespace nanopneumo::test
