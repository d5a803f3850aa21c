// Who makes and who reads the values of a plan: what the rules of plan_rules.h look up.
#pragma once

#include <span>

#include "kernels/plan/plan.h"

namespace nanopneumo {

/// As the plan is now; a change of the plan makes it stale.
template <class T>
class PlanUses {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  explicit PlanUses(const Plan<T>& plan)
      : makers_(plan.values.size(), kNone), readers_(plan.values.size()) {
    for (std::size_t i = 0; i < plan.operations.size(); ++i) {
      makers_[index(output_of(plan.operations[i]))] = i;
      visit_inputs(plan.operations[i], [&](int v) { readers_[index(v)].push_back(i); });
    }
    readers_[index(plan.output)].push_back(kNone);  // the caller
  }

  /// The operation that makes a value; kNone for the plan's input.
  std::size_t maker(int v) const { return makers_[index(v)]; }
  /// The operations that read a value, those that read it twice twice; kNone for the caller.
  std::span<const std::size_t> readers(int v) const { return readers_[index(v)]; }
  bool is_read(int v) const { return !readers_[index(v)].empty(); }
  /// The operation that alone reads a value, once; kNone where there is none, several, or the caller does.
  std::size_t only_reader(int v) const {
    return readers_[index(v)].size() == 1 ? readers_[index(v)][0] : kNone;
  }

 private:
  static std::size_t index(int v) { return static_cast<std::size_t>(v); }

  std::vector<std::size_t> makers_;
  std::vector<std::vector<std::size_t>> readers_;
};

/// Operation number i as an Op; null where it is another, or i is PlanUses::kNone.
template <class Op, class T>
Op* operation_as(Plan<T>& plan, std::size_t i) {
  return i == PlanUses<T>::kNone ? nullptr : std::get_if<Op>(&plan.operations[i]);
}

template <class T>
void erase_operation(Plan<T>& plan, std::size_t i) {
  plan.operations.erase(plan.operations.begin() + static_cast<std::ptrdiff_t>(i));
}

/// Calls apply(i, uses) for each operation number i until one call has changed the plan (and returned true),
/// and begins anew, until none changes it any more.
template <class T, class Apply>
void until_unchanged(Plan<T>& plan, Apply apply) {
  for (bool changed = true; changed;) {
    changed = false;
    const PlanUses<T> uses(plan);
    for (std::size_t i = 0; i < plan.operations.size() && !changed; ++i) changed = apply(i, uses);
  }
}

}  // namespace nanopneumo
