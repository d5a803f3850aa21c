// oneDNN could apply the activation itself, but its ReLU is a maxps that turns NaN into 0: a
// network with a broken weight would look healthy. A pass of our own over results that are still in
// cache costs a few percent and keeps the NaN.
#include "kernels/cpu/epilogue.h"

#include "kernels/cpu/activation.h"
#include "kernels/cpu/parallel_registers.h"

namespace nanopneumo::cpu {

bool has_tail(const Epilogue<float>& epilogue) {
  return epilogue.residual || epilogue.activation != Activation::none;
}

void apply_tail(Stream& stream, std::int64_t n, const float* residual, Activation activation,
                float* y) {
  with_activation(activation, [&](auto f) {
    if (!residual) return map_registers(stream, n, f, y, y);
    parallel_registers(stream, n, [=]<int count>(const Registers<count>& part) {
      Vec v[count], added[count];
      part.load(y, v);
      part.load(residual, added);
      unrolled<count>([&](int i) __attribute__((always_inline)) { v[i] += added[i]; });
      f(v);
      part.store(y, v);
    });
  });
}

}  // namespace nanopneumo::cpu
