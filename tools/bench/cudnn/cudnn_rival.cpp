#include "tools/bench/cuda/cuda_queue.h"
#include "tools/bench/cudnn/cudnn_cases.h"

namespace nanopneumo::bench {
namespace {

class CudnnRival final : public Rival {
 public:
  explicit CudnnRival(Device& device) : cudnn_(queue_of(device)) {}

  std::string name() const override { return "cuDNN " + cudnn_.version(); }

  std::unique_ptr<RivalCase> prepare(const OpCase& op_case, const Buffers& ours, Device& device,
                                     Math math) override {
    if (auto found = cudnn_convolution(cudnn_, op_case, ours, device, math)) return found;
    if (auto found = cudnn_batch_norm(cudnn_, op_case, ours, device)) return found;
    if (auto found = cudnn_pooling(cudnn_, op_case, ours, device)) return found;
    return cudnn_pointwise(cudnn_, op_case, ours, device);
  }

 private:
  Cudnn cudnn_;
};

}  // namespace

std::unique_ptr<Rival> make_cudnn_rival(Device& device) {
  return std::make_unique<CudnnRival>(device);
}

}  // namespace nanopneumo::bench
