#include "kernels/cpu/plan/placement.h"

#include <algorithm>
#include <limits>

namespace nanopneumo::cpu {
namespace {

using Operation = PlanOperation<float>;

constexpr int kNever = -1;
constexpr int kCaller = std::numeric_limits<int>::max();

std::size_t index(int v) { return static_cast<std::size_t>(v); }

/// oneDNN's primitives want their values dense, and so do operations that look at numbers one after another.
bool is_dense_primitive(const Operation& operation, Algorithm algorithm) {
  return (std::holds_alternative<PlanConvolution<float>>(operation) &&
          algorithm == Algorithm::direct) ||
         (std::holds_alternative<PlanDepthwise<float>>(operation) &&
          algorithm == Algorithm::direct) ||
         std::holds_alternative<PlanSoftmax>(operation);
}

/// The input in whose place the result may be written; kNever where there is none.
int replaced_input(const Operation& operation) {
  const auto reads_once = [&](int v) {
    int times = 0;
    visit_inputs(operation, [&](int input) { times += input == v; });
    return times == 1;
  };
  return std::visit(
      [&]<class Op>(const Op& op) -> int {
        if constexpr (requires { op.residual; })
          // What is read besides is read all over.
          return reads_once(op.residual) ? op.residual : kNever;
        else if constexpr (std::is_same_v<Op, PlanAdd>)
          return op.a;
        else if constexpr (std::is_same_v<Op, PlanAffine<float>> ||
                           std::is_same_v<Op, PlanActivation> || std::is_same_v<Op, PlanScale> ||
                           std::is_same_v<Op, PlanReshape>)
          return op.x;
        else
          return kNever;
      },
      operation);
}

class Placer {
 public:
  Placer(const Plan<float>& plan, const Choices& choices, int N, std::size_t element_bytes)
      : plan_(plan),
        choices_(choices),
        N_(static_cast<std::size_t>(N)),
        element_bytes_(element_bytes),
        made_(plan.values.size(), 0),
        last_use_(plan.values.size(), kNever),
        wants_dense_(plan.values.size(), false),
        is_made_dense_(plan.values.size(), false),
        parent_(plan.values.size(), kNever),
        offset_in_parent_(plan.values.size(), 0),
        storage_(plan.values.size(), kNever) {
    for (std::size_t i = 0; i < plan.operations.size(); ++i) {
      made_[index(output_of(plan.operations[i]))] = static_cast<int>(i);
      visit_inputs(plan.operations[i], [&](int v) { last_use_[index(v)] = static_cast<int>(i); });
    }
    last_use_[index(plan.output)] = kCaller;
    find_slices();
  }

  Placement place() {
    Placement placement;
    storage(plan_.input) = new_storage(plan_.input, 0);
    for (std::size_t i = 0; i < plan_.operations.size(); ++i) {
      const Operation& operation = plan_.operations[i];
      const int y = output_of(operation), at = static_cast<int>(i);
      const int replaced = replaced_input(operation);
      const bool in_place = replaced != kNever && may_replace(replaced, y, at);
      placement.in_place.push_back(in_place);
      if (in_place) storage(y) = storage(replaced);
      const int root = root_of(y);
      if (storage(root) == kNever) storage(root) = new_storage(root, at);
      extend(storage(root), last_use_[index(y)]);
      if (y != root) extend(storage(root), last_use_[index(root)]);
      const bool needs_temporary = y != root && is_dense_primitive(operation, choices_[i]);
      temporaries_.push_back(needs_temporary ? new_storage(y, at) : kNever);
    }
    const MemoryPlan memory = plan_memory(pieces_);
    placement.bytes = memory.bytes;
    const auto elements = [&](int s) { return memory.offsets[index(s)] / element_bytes_; };
    for (int v = 0; v < static_cast<int>(plan_.values.size()); ++v) {
      const int root = root_of(v);
      std::size_t offset = 0;
      for (int p = v; p != root; p = parent_[index(p)]) offset += offset_in_parent_[index(p)];
      if (storage(root) != kNever) offset += elements(storage(root));
      placement.values.push_back({offset, stride_of(root)});
    }
    for (const int temporary : temporaries_)
      placement.temporaries.push_back(temporary == kNever ? Placement::kNone : elements(temporary));
    return placement;
  }

 private:
  int& storage(int v) { return storage_[index(v)]; }

  int root_of(int v) const {
    while (parent_[index(v)] != kNever) v = parent_[index(v)];
    return v;
  }

  /// A value becomes a part of the concatenation that reads it where all its readers can read a slice.
  void find_slices() {
    for (std::size_t i = 0; i < plan_.operations.size(); ++i) {
      const Operation& operation = plan_.operations[i];
      if (!is_dense_primitive(operation, choices_[i]) &&
          !std::holds_alternative<PlanReshape>(operation))
        continue;
      visit_inputs(operation, [&](int v) { wants_dense_[index(v)] = true; });
      is_made_dense_[index(output_of(operation))] = true;
    }
    wants_dense_[index(plan_.input)] = wants_dense_[index(plan_.output)] = true;
    for (const Operation& operation : plan_.operations) {
      const auto* concatenation = std::get_if<PlanConcatenate>(&operation);
      if (!concatenation) continue;
      std::size_t offset = 0;
      for (const int part : concatenation->parts) {
        const auto C = static_cast<std::size_t>(plan_.value(part).C);
        if (!wants_dense_[index(part)] && parent_[index(part)] == kNever &&
            std::ranges::count(concatenation->parts, part) == 1 && !is_reshaped(part)) {
          parent_[index(part)] = concatenation->y;
          offset_in_parent_[index(part)] = offset;
        }
        offset += C;
      }
    }
  }

  bool is_reshaped(int v) const {
    return made_[index(v)] >= 0 &&
           std::holds_alternative<PlanReshape>(plan_.operations[index(made_[index(v)])]);
  }

  bool is_plain(int v) const {
    return parent_[index(v)] == kNever && !std::ranges::count(parent_, v);
  }

  /// Whether y may lie where x does: nothing reads x's memory after operation `at`.
  bool may_replace(int x, int y, int at) {
    if (!is_plain(x) || !is_plain(y) || storage(x) == kNever || x == plan_.input) return false;
    const bool is_view = std::holds_alternative<PlanReshape>(plan_.operations[index(at)]);
    return is_view ? plan_.value(x).size() == plan_.value(y).size()
                   : stride_of(x) == stride_of(y) && pieces_[index(storage(x))].last <= at &&
                         plan_.value(x) == plan_.value(y);
  }

  int new_storage(int v, int first) {
    const PlanValue& value = plan_.value(v);
    const std::size_t bytes =
        N_ * static_cast<std::size_t>(value.pixels() * stride_of(v)) * element_bytes_;
    pieces_.push_back({bytes, first, std::max(first, last_use_[index(v)])});
    return static_cast<int>(pieces_.size()) - 1;
  }

  /// A power of two between pixels lays all pixels of a column into a few sets of the first-level cache.
  int stride_of(int v) const {
    constexpr std::size_t kFewSets = 1024, kCacheLine = 64;
    const PlanValue& value = plan_.value(v);
    const auto bytes = static_cast<std::size_t>(value.C) * element_bytes_;
    const bool spreads = bytes % kFewSets == 0 && value.pixels() > 1 && !wants_dense_[index(v)] &&
                         !is_made_dense_[index(v)];
    return value.C + (spreads ? static_cast<int>(kCacheLine / element_bytes_) : 0);
  }

  void extend(int s, int last) { pieces_[index(s)].last = std::max(pieces_[index(s)].last, last); }

  const Plan<float>& plan_;
  const Choices& choices_;
  std::size_t N_, element_bytes_;
  std::vector<int> made_, last_use_;
  /// Of values: whether one of their readers can read nothing else, and whether nothing else can be made.
  std::vector<bool> wants_dense_, is_made_dense_;
  std::vector<int> parent_;  ///< the concatenation's value that a value lies in
  std::vector<std::size_t> offset_in_parent_;
  std::vector<int> storage_;  ///< number of the piece of memory, of roots
  std::vector<int> temporaries_;
  std::vector<Lifetime> pieces_;
};

}  // namespace

Placement place(const Plan<float>& plan, const Choices& choices, int N, std::size_t element_bytes) {
  return Placer(plan, choices, N, element_bytes).place();
}

}  // namespace nanopneumo::cpu
