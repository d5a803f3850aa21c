#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {

template <class T>
void fuse_residual(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    const auto* sum = operation_as<PlanAdd>(plan, i);
    if (!sum || sum->a == sum->b) return false;
    const PlanAdd add = *sum;
    const auto fuse = [&](int own, int other) {
      const std::size_t maker = uses.maker(own);
      const auto* conv = operation_as<PlanConvolution<T>>(plan, maker);
      if (!conv || uses.only_reader(own) != i || conv->residual >= 0 ||
          conv->activation != Activation::none)
        return false;
      PlanConvolution<T> fused = std::move(std::get<PlanConvolution<T>>(plan.operations[maker]));
      fused.residual = other;
      fused.y = add.y;
      fused.activation = add.activation;
      plan.operations[i] = std::move(fused);
      erase_operation(plan, maker);
      return true;
    };
    // The later of two convolutions, so that nothing has to wait longer than it must.
    const bool b_is_later =
        uses.maker(add.b) != PlanUses<T>::kNone &&
        (uses.maker(add.a) == PlanUses<T>::kNone || uses.maker(add.b) > uses.maker(add.a));
    return b_is_later ? fuse(add.b, add.a) || fuse(add.a, add.b)
                      : fuse(add.a, add.b) || fuse(add.b, add.a);
  });
}

template void fuse_residual(Plan<float>&);
template void fuse_residual(Plan<double>&);

}  // namespace nanopneumo
