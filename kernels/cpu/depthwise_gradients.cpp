// dx[n,h,w,c] = sum over the p,q,r,s with p*stride_h + r - pad.top = h and likewise for w of
//               dy[n,p,q,c] * w[r,s,c]
// dw[r,s,c] = sum_{n,p,q} x[n, p*stride_h + r - pad.top, q*stride_w + s - pad.left, c]
//             * dy[n,p,q,c]
// db[c] = sum_{n,p,q} dy[n,p,q,c]
#include "kernels/cpu/bias_gradient.h"
#include "kernels/cpu/convolution.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/depthwise_weight_gradient.h"

namespace nanopneumo::cpu {

void depthwise_input_gradient(Stream& stream, const ChannelwiseDims& dims, const float* w,
                              const float* dy, float* dx) {
  convolution_input_gradient(cpu_stream(stream), PrimitiveKind::depthwise_input_gradient,
                             depthwise_problem(dims), w, dy, dx);
}

void depthwise_weight_gradient(Stream& stream, const ChannelwiseDims& dims, const float* x,
                               const float* dy, float* dw, float* db) {
  if (tiled::kBeatsOneDnn)
    tiled::depthwise_weight_gradient(stream, dims, x, dy, dw);
  else
    convolution_weight_gradient(cpu_stream(stream), PrimitiveKind::depthwise_weight_gradient,
                                depthwise_problem(dims), x, dy, dw);
  if (db) bias_gradient(stream, {std::int64_t{dims.N} * dims.P() * dims.Q(), dims.C}, dy, db);
}

}  // namespace nanopneumo::cpu
