// Largest and mean value in a window. cuDNN keeps no place of the maximum: its gradient reads x and
// y again.
#include <memory>

#include "tools/bench/cudnn/cudnn_cases.h"
#include "tools/bench/cudnn/cudnn_tensor.h"
#include "tools/bench/device_array.h"
#include "tools/bench/listed_case.h"

namespace nanopneumo::bench {
namespace {

class Pooling {
 public:
  Pooling(const Cudnn& cudnn, cudnnPoolingMode_t mode, const Window& w) : cudnn_(cudnn) {
    CUDNN_CALL(cudnn_, cudnnCreatePoolingDescriptor, &pooling_);
    CUDNN_CALL(cudnn_, cudnnSetPooling2dDescriptor, pooling_, mode, CUDNN_PROPAGATE_NAN, w.R, w.S,
               w.pad.top, w.pad.left, w.stride_h, w.stride_w);
  }
  Pooling(const Pooling&) = delete;
  Pooling& operator=(const Pooling&) = delete;
  ~Pooling() { static_cast<void>(cudnn_.cudnnDestroyPoolingDescriptor(pooling_)); }
  cudnnPoolingDescriptor_t get() const { return pooling_; }

 private:
  const Cudnn& cudnn_;
  cudnnPoolingDescriptor_t pooling_ = nullptr;
};

struct Memory {
  Memory(Cudnn& cudnn, Device& device, cudnnPoolingMode_t mode, const ChannelwiseDims& d)
      : pooling(cudnn, mode, d.window),
        image(cudnn, d.N, d.C, d.H, d.W),
        pooled(cudnn, d.N, d.C, d.P(), d.Q()),
        x(device, d.input_size()),
        y(device, d.output_size()),
        dx(device, d.input_size()) {}
  Pooling pooling;
  CudnnTensor image, pooled;
  DeviceArray x, y, dx;
};

void forward(Cudnn& cudnn, const Memory& m, const void* x) {
  CUDNN_CALL(cudnn, cudnnPoolingForward, cudnn.handle(), m.pooling.get(), &kOne, m.image.get(), x,
             &kZero, m.pooled.get(), m.y.data());
}

/// The x whose largest values lie where the case's argmax says (pooling_operations.cpp).
std::vector<float> pooled_image(const ChannelwiseDims& d) {
  const std::vector<std::byte> bytes = initial_bytes(input("x", d.input_size(), uniform(-1, 1)));
  const auto* values = reinterpret_cast<const float*>(bytes.data());
  return std::vector<float>(values, values + d.input_size());
}

}  // namespace

std::unique_ptr<RivalCase> cudnn_pooling(Cudnn& cudnn, const OpCase& op_case, const Buffers& ours,
                                         Device& device) {
  const bool largest = op_case.op.starts_with("max_pool_");
  if (!largest && !op_case.op.starts_with("average_pool_")) return nullptr;
  const ChannelwiseDims d = channelwise_dims(op_case.shape);
  // cuDNN pads both sides by the same number of pixels.
  if (d.window.pad.top != d.window.pad.bottom || d.window.pad.left != d.window.pad.right)
    throw std::runtime_error("cuDNN has no pooling with unequal padding");
  const auto mode =
      largest ? CUDNN_POOLING_MAX_DETERMINISTIC : CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING;
  const auto m = std::make_shared<Memory>(cudnn, device, mode, d);
  if (op_case.op.ends_with("_forward")) {
    auto result = std::make_unique<ListedCase>([m] { return Outputs{{"y", m->y.values()}}; });
    result->add("pooling", [m, &cudnn, &ours] { forward(cudnn, *m, ours.of("x")); });
    return result;
  }
  const std::vector<float> x = pooled_image(d);
  device.copy_to_device(m->x.data(), x.data(), x.size() * sizeof(float));
  forward(cudnn, *m, m->x.data());
  auto result = std::make_unique<ListedCase>([m] { return Outputs{{"dx", m->dx.values()}}; });
  result->add("pooling", [m, &cudnn, &ours] {
    CUDNN_CALL(cudnn, cudnnPoolingBackward, cudnn.handle(), m->pooling.get(), &kOne,
               m->pooled.get(), m->y.data(), m->pooled.get(), ours.of("dy"), m->image.get(),
               m->x.data(), &kZero, m->image.get(), m->dx.data());
  });
  return result;
}

}  // namespace nanopneumo::bench
