// What the operations that oneDNN computes have in common: primitives made once for each set of
// dims, operands bound to our memory, temporary memory from the stream.
#pragma once

#include <array>
#include <dnnl.hpp>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/onednn_compat.h"
#include "kernels/cpu/openmp_threads.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu {

enum class PrimitiveKind {
  conv_forward,
  conv_input_gradient,
  conv_weight_gradient,
  depthwise_forward,
  depthwise_input_gradient,
  depthwise_weight_gradient,
  dense_forward,
  dense_input_gradient,
  dense_weight_gradient,
};

/// What a primitive was made for.
struct PrimitiveKey {
  PrimitiveKind kind;
  bool with_bias;
  std::array<int, 13> sizes;
  auto operator<=>(const PrimitiveKey&) const = default;
};

/// A layout and the oneDNN argument (DNNL_ARG_...) that has it.
struct Operand {
  int argument;
  dnnl::memory::desc layout;
};

/// A weight tensor that lies in memory as Keras keeps it, while the primitive prefers another
/// layout.
struct PackedOperand {
  int argument;
  dnnl::memory::desc keras, preferred;
};

/// Attributes of all our primitives: temporary memory is given by us.
dnnl::primitive_attr user_scratchpad();

/// A primitive with its operands. Call attach() first, then bind(), then execute() as often as
/// needed; another primitive's attach() takes the workspace away.
class CachedPrimitive {
 public:
  CachedPrimitive(const dnnl::engine& engine, dnnl::primitive primitive,
                  const dnnl::memory::desc& scratchpad, const std::vector<Operand>& operands,
                  const std::optional<PackedOperand>& packed = std::nullopt);

  /// Takes the temporary memory from the stream, and `bytes` more for the caller, which it returns.
  void* attach(CpuStream& stream, std::size_t bytes = 0);
  void bind(int argument, const float* data);
  /// Gives the primitive weights in Keras' layout; they are copied into the preferred one.
  void load_weights(CpuStream& stream, const float* w);
  void execute(CpuStream& stream);
  /// Executes a primitive that computes weights and writes them in Keras' layout to `w`.
  void execute_into_weights(CpuStream& stream, float* w);

 private:
  /// Copies between Keras' layout and the primitive's.
  struct Packing {
    dnnl::memory keras, preferred;
    dnnl::reorder pack, unpack;
    dnnl::memory pack_scratchpad, unpack_scratchpad;
  };

  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> operands_;
  int weights_argument_ = 0;
  std::optional<Packing> packing_;  // none where the primitive prefers Keras' layout
};

}  // namespace nanopneumo::cpu

namespace nanopneumo {

struct CpuStream::OneDnn {
  explicit OneDnn(int stream_threads) : threads(stream_threads) {}

  int threads;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::map<cpu::PrimitiveKey, cpu::CachedPrimitive> primitives;

  /// The primitive of `key`; the first time, what make(engine) returns is kept. oneDNN asks the
  /// OpenMP runtime for the number of threads both when a primitive is made and when it runs, and
  /// the runtime answers for the calling thread: it is told each time, so that the two agree even
  /// where streams with different numbers, or several threads that use one stream in turn, live
  /// side by side.
  template <class Make>
  cpu::CachedPrimitive& primitive(const cpu::PrimitiveKey& key, Make make) {
    cpu::use_threads(threads);
    const auto found = primitives.find(key);
    return found != primitives.end() ? found->second
                                     : primitives.emplace(key, make(engine)).first->second;
  }
};

}  // namespace nanopneumo
