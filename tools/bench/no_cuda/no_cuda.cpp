// What a program that is built without CUDA answers.
#include <stdexcept>

#include "tools/bench/rival.h"
#include "tools/bench/stopwatch.h"

namespace nanopneumo::bench {

std::unique_ptr<Stopwatch> gpu_stopwatch(Device& device) {
  throw std::logic_error("no stopwatch for the device " + device.name() +
                         " in a build without CUDA");
}

std::unique_ptr<Rival> make_cudnn_rival(Device&) {
  throw std::runtime_error("cuDNN: this program is built without CUDA");
}

std::unique_ptr<Rival> make_cublaslt_rival(Device&) {
  throw std::runtime_error("cuBLASLt: this program is built without CUDA");
}

}  // namespace nanopneumo::bench
