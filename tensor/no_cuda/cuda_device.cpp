// The program without CUDA.
#include "tensor/cuda_device.h"

namespace nanopneumo {

namespace cuda {
std::string compiled_for() { return "no CUDA (built without nvcc)"; }
Status status() {
  return {.driver = {},
          .gpus = {},
          .missing =
              "this build has no CUDA (built without nvcc); install the CUDA toolkit and "
              "build anew"};
}
}  // namespace cuda

std::unique_ptr<Device> make_cuda_device(Precision, GemmLibrary) {
  throw_input_error("--device cuda is not possible: {}, or give --device cpu or emulated",
                    cuda::status().missing);
}

}  // namespace nanopneumo
