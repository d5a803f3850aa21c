// What steps that are one call of oneDNN's have in common.
#pragma once

#include <algorithm>
#include <dnnl.hpp>
#include <unordered_map>

#include "kernels/cpu/onednn_primitives.h"
#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

template <class E>
constexpr dnnl::memory::data_type kType =
    std::is_same_v<E, float> ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;

/// What follows a product in the same call: the numbers that lie where its result goes are added, then the
/// activation.
dnnl::primitive_attr epilogue(bool adds_to_result, Activation activation);

class OneDnnStep final : public PlanStep {
 public:
  /// A primitive with source, weights, bias and result. w: as `keras` says, reordered here once; bias may be
  /// empty; x, y: where source and result lie.
  template <class Primitive>
  OneDnnStep(CpuStream& stream, Primitive primitive,
             const typename Primitive::primitive_desc& description, const dnnl::memory::desc& keras,
             const std::vector<float>& w, const std::vector<float>& bias, const void* x, void* y);

  void run(CpuStream& stream, int) override {
    use_threads(stream.threads());
    primitive_.execute(stream.onednn().stream, operands_);
    stream.onednn().stream.wait();
  }
  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  void set_scratch(std::byte* memory) override {
    operands_.at(DNNL_ARG_SCRATCHPAD).set_data_handle(memory);
  }
  std::size_t packed_bytes() const override { return packed_bytes_; }
  std::string algorithm() const override { return algorithm_; }

 private:
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> operands_;
  std::size_t scratch_bytes_, packed_bytes_;
  std::string algorithm_;
};

template <class Primitive>
OneDnnStep::OneDnnStep(CpuStream& stream, Primitive primitive,
                       const typename Primitive::primitive_desc& description,
                       const dnnl::memory::desc& keras, const std::vector<float>& w,
                       const std::vector<float>& bias, const void* x, void* y)
    : primitive_(std::move(primitive)),
      scratch_bytes_(description.scratchpad_desc().get_size()),
      packed_bytes_(description.weights_desc().get_size() + bias.size() * sizeof(float)),
      algorithm_(std::string("oneDNN ") + description.impl_info_str()) {
  auto& onednn = stream.onednn();
  dnnl::memory weights(description.weights_desc(), onednn.engine);
  dnnl::memory from(keras, onednn.engine, const_cast<float*>(w.data()));  // only read
  dnnl::reorder(from, weights).execute(onednn.stream, from, weights);
  onednn.stream.wait();
  operands_ = {
      {DNNL_ARG_SRC, dnnl::memory(description.src_desc(), onednn.engine, const_cast<void*>(x))},
      {DNNL_ARG_DST, dnnl::memory(description.dst_desc(), onednn.engine, y)},
      {DNNL_ARG_WEIGHTS, weights},
      {DNNL_ARG_SCRATCHPAD,
       dnnl::memory(description.scratchpad_desc(), onednn.engine, DNNL_MEMORY_NONE)}};
  if (bias.empty()) return;
  const dnnl::memory biases(description.bias_desc(), onednn.engine);
  std::ranges::copy(bias, static_cast<float*>(biases.get_data_handle()));
  operands_.emplace(DNNL_ARG_BIAS, biases);
}

}  // namespace nanopneumo::cpu
