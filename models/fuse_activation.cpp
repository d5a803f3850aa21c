#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {

template <class T>
void fuse_activation(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    const auto* activation = std::get_if<PlanActivation>(&plan.operations[i]);
    if (!activation || uses.only_reader(activation->x) != i ||
        uses.maker(activation->x) == PlanUses<T>::kNone)
      return false;
    const bool fused = std::visit(
        [&]<class Op>(Op& op) {
          if constexpr (requires { op.activation; } && !std::is_same_v<Op, PlanActivation>) {
            if (op.activation != Activation::none) return false;
            op.activation = activation->activation;
            op.y = activation->y;
            return true;
          } else {
            return false;
          }
        },
        plan.operations[uses.maker(activation->x)]);
    if (fused) erase_operation(plan, i);
    return fused;
  });
}

template void fuse_activation(Plan<float>&);
template void fuse_activation(Plan<double>&);

}  // namespace nanopneumo
