// y[n,p,q,k] = act(bias[k] + residual[n,p,q,k] + sum_{r,s,c} x[n, p*stride_h + r - pad.top,
//              q*stride_w + s - pad.left, c] * w[r,s,c,k])
#include "kernels/cpu/convolution.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu {

void conv_forward(Stream& stream, const ConvDims& dims, const float* x, const float* w,
                  const Epilogue<float>& epilogue, float* y) {
  if (winograd::pays(dims)) return winograd::forward(stream, dims, x, w, epilogue, y);
  if (tiled::kBeatsOneDnn) return tiled::forward(stream, dims, x, w, epilogue, y);
  convolution_forward(cpu_stream(stream), PrimitiveKind::conv_forward, convolution_problem(dims), x,
                      w, epilogue, y);
}

}  // namespace nanopneumo::cpu
