#include "tests/support/gpu_devices.h"

#include <cstdlib>
#include <string_view>

#include "tensor/cuda_device.h"

namespace nanopneumo::test {

void for_each_gpu_device(const std::function<void(Device&)>& body) {
  const char* only = std::getenv("NANOPNEUMO_TEST_DEVICE");
  const auto wanted = [&](std::string_view name) { return !only || !*only || name == only; };
  if (wanted("emulated")) body(*make_emulated_device(2));
  if (wanted("cuda") && cuda::status().missing.empty()) body(*make_cuda_device());
}

}  // namespace nanopneumo::test
