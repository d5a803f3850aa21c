// Dense layers, and 1x1 convolutions without stride or padding, as products of matrices.
#include <optional>

#include "tools/bench/cublas/cublaslt_product.h"
#include "tools/bench/cuda/cuda_queue.h"
#include "tools/bench/device_array.h"

namespace nanopneumo::bench {
namespace {

/// y (rows, K) = x (rows, C) w (C, K).
struct Sizes {
  std::int64_t rows, C, K;
};

std::optional<Sizes> sizes_of(const OpCase& op_case) {
  if (op_case.op.starts_with("dense_")) {
    const DenseDims d = dense_dims(op_case.shape);
    return Sizes{d.N, d.C, d.K};
  }
  if (!op_case.op.starts_with("conv_")) return {};
  const ConvDims d = conv_dims(op_case.shape);
  if (d.window != Window{}) return {};
  return Sizes{std::int64_t{d.N} * d.H * d.W, d.C, d.K};
}

cublasLtEpilogue_t epilogue_of(const Fusion& f) {
  if (f.activation == Activation::none)
    return f.bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
  if (f.activation == Activation::relu)
    return f.bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
  throw std::runtime_error("cuBLASLt has no epilogue with this activation");
}

class ProductCase final : public RivalCase {
 public:
  ProductCase(CublasLt& library, const OpCase& op_case, const Sizes& s, const Buffers& ours,
              Device& device, Math math)
      : stream_(queue_of(device)),
        result_name_(name_of_result(op_case)),
        with_bias_gradient_(result_name_ == "dw" && fusion(op_case.shape).bias),
        result_(device, size_of_result(s)),
        bias_gradient_(device, s.K),
        product_(library, problem(op_case, s, ours), math) {}

  std::size_t ways() const override { return product_.algorithms(); }
  std::string describe(std::size_t way) const override { return fmt::format("algorithm {}", way); }
  void issue(std::size_t way) override { product_.issue(way, stream_); }
  Outputs outputs() override {
    Outputs all{{result_name_, result_.values()}};
    if (with_bias_gradient_) all["db"] = bias_gradient_.values();
    return all;
  }

 private:
  static std::string name_of_result(const OpCase& op_case) {
    if (op_case.op.ends_with("_forward")) return "y";
    return op_case.op.ends_with("_input_gradient") ? "dx" : "dw";
  }
  std::int64_t size_of_result(const Sizes& s) const {
    if (result_name_ == "y") return s.rows * s.K;
    return result_name_ == "dx" ? s.rows * s.C : s.C * s.K;
  }
  ProductProblem problem(const OpCase& op_case, const Sizes& s, const Buffers& at) const {
    const Fusion f = fusion(op_case.shape);
    if (result_name_ == "y")
      return {.a = {at.of("x"), s.rows, s.C},
              .b = {at.of("w"), s.C, s.K},
              .c = at.of("residual"),
              .d = {result_.data(), s.rows, s.K},
              .epilogue = epilogue_of(f),
              .bias = at.of("bias")};
    if (result_name_ == "dx")
      return {.a = {at.of("dy"), s.rows, s.K},
              .b = {at.of("w"), s.C, s.K, /*transposed=*/true},
              .d = {result_.data(), s.rows, s.C}};
    // The bias gradient sums dy, which is cuBLAS' left operand, over the rows.
    return {.a = {at.of("x"), s.rows, s.C, /*transposed=*/true},
            .b = {at.of("dy"), s.rows, s.K},
            .d = {result_.data(), s.C, s.K},
            .epilogue = with_bias_gradient_ ? CUBLASLT_EPILOGUE_BGRADA : CUBLASLT_EPILOGUE_DEFAULT,
            .bias = with_bias_gradient_ ? bias_gradient_.data() : nullptr};
  }

  cudaStream_t stream_;
  std::string result_name_;
  bool with_bias_gradient_;
  DeviceArray result_, bias_gradient_;
  CublasLtProduct product_;
};

class CublasLtRival final : public Rival {
 public:
  std::string name() const override { return "cuBLASLt " + library_.version(); }

  std::unique_ptr<RivalCase> prepare(const OpCase& op_case, const Buffers& ours, Device& device,
                                     Math math) override {
    const auto sizes = sizes_of(op_case);
    if (!sizes) return nullptr;
    return std::make_unique<ProductCase>(library_, op_case, *sizes, ours, device, math);
  }

 private:
  CublasLt library_;
};

}  // namespace

std::unique_ptr<Rival> make_cublaslt_rival(Device& device) {
  static_cast<void>(queue_of(device));
  return std::make_unique<CublasLtRival>();
}

}  // namespace nanopneumo::bench
