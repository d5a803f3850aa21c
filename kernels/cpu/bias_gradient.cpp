#include "kernels/cpu/bias_gradient.h"

#include "kernels/cpu/channel_sums.h"

namespace nanopneumo::cpu {

void bias_gradient(Stream& stream, const RowsDims& dims, const float* dy, float* db) {
  const ChannelSums sums = channel_sums(stream, dims, [=](std::int64_t i, int) {
    return Terms{dy[i], 0};
  });
  for (int c = 0; c < dims.C; ++c) db[c] = static_cast<float>(sums.first[c]);
}

}  // namespace nanopneumo::cpu
