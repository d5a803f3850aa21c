#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {

template <class T>
void drop_unread(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    if (uses.is_read(output_of(plan.operations[i]))) return false;
    erase_operation(plan, i);
    return true;
  });
}

template void drop_unread(Plan<float>&);
template void drop_unread(Plan<double>&);

}  // namespace nanopneumo
