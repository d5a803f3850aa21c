// Activations, softmax, addition.
#include <limits>
#include <memory>
#include <optional>

#include "tools/bench/cudnn/cudnn_cases.h"
#include "tools/bench/cudnn/cudnn_tensor.h"
#include "tools/bench/device_array.h"
#include "tools/bench/listed_case.h"

namespace nanopneumo::bench {
namespace {

class ActivationMode {
 public:
  ActivationMode(const Cudnn& cudnn, cudnnActivationMode_t mode, double ceiling) : cudnn_(cudnn) {
    CUDNN_CALL(cudnn_, cudnnCreateActivationDescriptor, &mode_);
    CUDNN_CALL(cudnn_, cudnnSetActivationDescriptor, mode_, mode, CUDNN_PROPAGATE_NAN, ceiling);
  }
  ActivationMode(const ActivationMode&) = delete;
  ActivationMode& operator=(const ActivationMode&) = delete;
  ~ActivationMode() { static_cast<void>(cudnn_.cudnnDestroyActivationDescriptor(mode_)); }
  cudnnActivationDescriptor_t get() const { return mode_; }

 private:
  const Cudnn& cudnn_;
  cudnnActivationDescriptor_t mode_ = nullptr;
};

class Addition {
 public:
  explicit Addition(const Cudnn& cudnn) : cudnn_(cudnn) {
    CUDNN_CALL(cudnn_, cudnnCreateOpTensorDescriptor, &mode_);
    CUDNN_CALL(cudnn_, cudnnSetOpTensorDescriptor, mode_, CUDNN_OP_TENSOR_ADD, CUDNN_DATA_FLOAT,
               CUDNN_PROPAGATE_NAN);
  }
  Addition(const Addition&) = delete;
  Addition& operator=(const Addition&) = delete;
  ~Addition() { static_cast<void>(cudnn_.cudnnDestroyOpTensorDescriptor(mode_)); }
  cudnnOpTensorDescriptor_t get() const { return mode_; }

 private:
  const Cudnn& cudnn_;
  cudnnOpTensorDescriptor_t mode_ = nullptr;
};

struct Memory {
  Memory(Cudnn& cudnn, Device& device, int rows, int columns)
      : tensor(cudnn, rows, columns, 1, 1), result(device, std::int64_t{rows} * columns) {}
  CudnnTensor tensor;
  DeviceArray result;
};

std::optional<cudnnActivationMode_t> activation_of(const std::string& op) {
  if (op.starts_with("relu_")) return CUDNN_ACTIVATION_RELU;
  if (op.starts_with("relu6_")) return CUDNN_ACTIVATION_CLIPPED_RELU;
  if (op.starts_with("sigmoid_")) return CUDNN_ACTIVATION_SIGMOID;
  return {};
}

std::unique_ptr<RivalCase> activation(Cudnn& cudnn, cudnnActivationMode_t mode, int n,
                                      const Buffers& ours, Device& device, bool is_gradient) {
  const auto m = std::make_shared<Memory>(cudnn, device, 1, n);
  const auto f = std::make_shared<ActivationMode>(cudnn, mode, /*ceiling=*/6.0);
  auto result = std::make_unique<ListedCase>([m, is_gradient] {
    return Outputs{{is_gradient ? "dx" : "y", m->result.values()}};
  });
  if (is_gradient)  // these functions' x and y agree in what the gradient asks of them
    result->add("activation", [m, f, &cudnn, &ours] {
      CUDNN_CALL(cudnn, cudnnActivationBackward, cudnn.handle(), f->get(), &kOne, m->tensor.get(),
                 ours.of("y"), m->tensor.get(), ours.of("dy"), m->tensor.get(), ours.of("y"),
                 &kZero, m->tensor.get(), m->result.data());
    });
  else
    result->add("activation", [m, f, &cudnn, &ours] {
      CUDNN_CALL(cudnn, cudnnActivationForward, cudnn.handle(), f->get(), &kOne, m->tensor.get(),
                 ours.of("x"), &kZero, m->tensor.get(), m->result.data());
    });
  return result;
}

std::unique_ptr<RivalCase> softmax(Cudnn& cudnn, const RowsDims& d, const Buffers& ours,
                                   Device& device) {
  const auto m = std::make_shared<Memory>(cudnn, device, static_cast<int>(d.rows), d.C);
  auto result = std::make_unique<ListedCase>([m] { return Outputs{{"y", m->result.values()}}; });
  result->add("softmax", [m, &cudnn, &ours] {
    CUDNN_CALL(cudnn, cudnnSoftmaxForward, cudnn.handle(), CUDNN_SOFTMAX_ACCURATE,
               CUDNN_SOFTMAX_MODE_INSTANCE, &kOne, m->tensor.get(), ours.of("x"), &kZero,
               m->tensor.get(), m->result.data());
  });
  return result;
}

std::unique_ptr<RivalCase> addition(Cudnn& cudnn, int n, const Buffers& ours, Device& device) {
  const auto m = std::make_shared<Memory>(cudnn, device, 1, n);
  const auto f = std::make_shared<Addition>(cudnn);
  auto result = std::make_unique<ListedCase>([m] { return Outputs{{"y", m->result.values()}}; });
  result->add("tensor operation", [m, f, &cudnn, &ours] {
    CUDNN_CALL(cudnn, cudnnOpTensor, cudnn.handle(), f->get(), &kOne, m->tensor.get(), ours.of("a"),
               &kOne, m->tensor.get(), ours.of("b"), &kZero, m->tensor.get(), m->result.data());
  });
  return result;
}

/// cuDNN's lengths are ints.
int length(const OpCase& op_case) {
  const std::int64_t n = op_case.shape.count("n");
  if (n > std::numeric_limits<int>::max())
    throw std::runtime_error("cuDNN takes less than 2^31 elements");
  return static_cast<int>(n);
}

}  // namespace

std::unique_ptr<RivalCase> cudnn_pointwise(Cudnn& cudnn, const OpCase& op_case, const Buffers& ours,
                                           Device& device) {
  if (const auto mode = activation_of(op_case.op))
    return activation(cudnn, *mode, length(op_case), ours, device,
                      op_case.op.ends_with("_gradient"));
  if (op_case.op == "softmax_forward")
    return softmax(cudnn, rows_dims(op_case.shape), ours, device);
  if (op_case.op == "add") return addition(cudnn, length(op_case), ours, device);
  return nullptr;
}

}  // namespace nanopneumo::bench
