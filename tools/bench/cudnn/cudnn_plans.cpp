// Which engines can run a graph: what the heuristics suggest, less what computes in another math.
#include <algorithm>
#include <array>

#include "tools/bench/cudnn/cudnn_graph.h"

namespace nanopneumo::bench {
namespace {

constexpr std::size_t kMostPlans = 24;
constexpr std::int64_t kMostWorkspace = std::int64_t{4} << 30;

std::vector<CudnnDescriptor> configurations(const Cudnn& cudnn, const CudnnDescriptor& graph,
                                            cudnnBackendHeurMode_t mode) {
  CudnnDescriptor heuristics(cudnn, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
      .set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  heuristics.finalize();
  std::int64_t count = 0;
  CUDNN_CALL(cudnn, cudnnBackendGetAttribute, heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS,
             CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr);
  std::vector<CudnnDescriptor> found;
  std::vector<cudnnBackendDescriptor_t> pointers;
  for (std::int64_t i = 0; i < count; ++i) {
    found.emplace_back(cudnn, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    pointers.push_back(found.back().get());
  }
  std::int64_t filled = 0;
  CUDNN_CALL(cudnn, cudnnBackendGetAttribute, heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS,
             CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &filled, pointers.data());
  found.erase(found.begin() + std::min(filled, count), found.end());
  return found;
}

/// What an engine says of its arithmetic.
struct EngineNotes {
  std::int64_t number = 0;
  std::vector<cudnnBackendNumericalNote_t> notes;

  bool has(cudnnBackendNumericalNote_t note) const { return std::ranges::count(notes, note) > 0; }
  std::string str() const {
    std::string text = fmt::format("engine {}", number);
    if (has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE)) text += ", tensor cores";
    if (has(CUDNN_NUMERICAL_NOTE_WINOGRAD)) text += ", Winograd";
    if (has(CUDNN_NUMERICAL_NOTE_FFT)) text += ", FFT";
    if (has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) text += ", not deterministic";
    return text;
  }
};

EngineNotes notes_of(const Cudnn& cudnn, const CudnnDescriptor& configuration) {
  const CudnnDescriptor engine(cudnn, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t pointer = engine.get();
  std::int64_t count = 0;
  CUDNN_CALL(cudnn, cudnnBackendGetAttribute, configuration.get(), CUDNN_ATTR_ENGINECFG_ENGINE,
             CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &pointer);
  EngineNotes notes{
      .number = engine.number(CUDNN_ATTR_ENGINE_GLOBAL_INDEX),
      .notes = std::vector<cudnnBackendNumericalNote_t>(CUDNN_NUMERICAL_NOTE_TYPE_COUNT)};
  CUDNN_CALL(cudnn, cudnnBackendGetAttribute, engine.get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
             CUDNN_TYPE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count,
             notes.notes.data());
  notes.notes.resize(static_cast<std::size_t>(count));
  return notes;
}

/// Without tensor cores float32 operands are multiplied as they are; with them they are rounded to
/// TF32. Engines that convert to 16 bits compute something else in either case.
bool keeps_to(Math math, const EngineNotes& notes) {
  if (notes.has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS)) return false;
  return math == Math::tf32 || !notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
}

}  // namespace

std::vector<CudnnPlan> CudnnGraph::plans(Math math) const {
  CudnnDescriptor graph(cudnn_, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, cudnn_.handle())
      .set(CUDNN_ATTR_OPERATIONGRAPH_OPS, std::span<const CudnnDescriptor>(operations_));
  std::vector<CudnnPlan> plans;
  try {
    graph.finalize();
  } catch (const CudnnError&) {
    return plans;  // cuDNN has no such graph
  }
  for (const cudnnBackendHeurMode_t mode :
       {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK}) {
    std::vector<CudnnDescriptor> found;
    try {
      found = configurations(cudnn_, graph, mode);
    } catch (const CudnnError&) {
      continue;  // a mode need not know every graph
    }
    for (CudnnDescriptor& configuration : found) {
      if (plans.size() == kMostPlans) return plans;
      try {
        const EngineNotes notes = notes_of(cudnn_, configuration);
        if (!keeps_to(math, notes)) continue;
        CudnnDescriptor plan(cudnn_, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, cudnn_.handle())
            .set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
        plan.finalize();
        const std::int64_t workspace = plan.number(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
        if (workspace <= kMostWorkspace)
          plans.emplace_back(std::move(configuration), std::move(plan), notes.str(),
                             static_cast<std::size_t>(workspace));
      } catch (const CudnnError&) {
        continue;  // suggested, but not able to run this graph here
      }
    }
  }
  return plans;
}

}  // namespace nanopneumo::bench
