// A graph of cuDNN operations and the engines that can run it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/bench/cudnn/cudnn_descriptor.h"
#include "tools/bench/rival.h"

namespace nanopneumo::bench {

/// Dims in cuDNN's order (N, C, H, W), strides as they lie in memory.
struct CudnnLayout {
  std::vector<std::int64_t> dims, strides;
};
/// An activation (N, H, W, C), as ours.
CudnnLayout nhwc(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c);
/// Filters (K, R, S, C): what cuDNN's engines for NHWC want. C is the channels of one group.
CudnnLayout krsc(std::int64_t k, std::int64_t r, std::int64_t s, std::int64_t c);

/// Where the tensors of a graph lie: their numbers and pointers.
using CudnnBindings = std::vector<std::pair<std::int64_t, void*>>;

/// An engine with its settings, ready to run a graph.
class CudnnPlan {
 public:
  /// `configuration` is kept as long as the plan that was made from it.
  CudnnPlan(CudnnDescriptor configuration, CudnnDescriptor plan, std::string name,
            std::size_t workspace_bytes)
      : configuration_(std::move(configuration)),
        plan_(std::move(plan)),
        name_(std::move(name)),
        workspace_bytes_(workspace_bytes) {}

  /// "engine 12, tensor cores"
  const std::string& name() const { return name_; }
  std::size_t workspace_bytes() const { return workspace_bytes_; }
  void execute(Cudnn& cudnn, const CudnnBindings& bindings) const;

 private:
  CudnnDescriptor configuration_, plan_;
  std::string name_;
  std::size_t workspace_bytes_;
};

class CudnnGraph {
 public:
  explicit CudnnGraph(const Cudnn& cudnn) : cudnn_(cudnn) {}

  /// A tensor, by its number. A virtual one exists between two operations only.
  std::int64_t tensor(const CudnnLayout& layout, bool is_virtual = false);

  void convolution_forward(const Window& window, std::int64_t x, std::int64_t w, std::int64_t y);
  void convolution_input_gradient(const Window& window, std::int64_t w, std::int64_t dy,
                                  std::int64_t dx);
  void convolution_weight_gradient(const Window& window, std::int64_t x, std::int64_t dy,
                                   std::int64_t dw);
  /// y = a + b, b being broadcast where its lengths are 1.
  void add(std::int64_t a, std::int64_t b, std::int64_t y);
  void activation(Activation activation, std::int64_t x, std::int64_t y);

  /// The engines that the heuristics name for this graph, in their order, that keep to `math` and
  /// that support the graph on this GPU; none where no engine does.
  std::vector<CudnnPlan> plans(Math math) const;

 private:
  CudnnDescriptor& of(std::int64_t tensor) {
    return tensors_[static_cast<std::size_t>(tensor - 1)];
  }
  const CudnnDescriptor& convolution(const Window& window);
  void pointwise(CudnnDescriptor mode, std::int64_t x, const std::int64_t* b, std::int64_t y);

  const Cudnn& cudnn_;
  std::vector<CudnnDescriptor> tensors_;  ///< number - 1
  std::vector<CudnnDescriptor> modes_;    ///< what the operations refer to
  std::vector<CudnnDescriptor> operations_;
};

}  // namespace nanopneumo::bench
