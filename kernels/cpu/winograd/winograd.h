// Convolution with 3x3 kernels at stride 1 by Winograd's F(4x4, 3x3): 36 multiplications for the 144 of the
// plain sum, at the price of transforms (transforms.h). Any padding, any sizes; channels that fill whole
// registers are fast.
//
// What comes out is the sum up to rounding: its error is about that of the plain sum. Two things differ from
// it. Whole numbers do not come out exact. A NaN or infinity among the inputs reaches, as NaN, all outputs of
// the 4x4 tiles that read it: those that depend on it and their neighbours.
#pragma once

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/winograd/tiles.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu::winograd {

/// Whether the functions below can compute this convolution at all.
inline bool applies(const Window& w) {
  return w.R == kKernel && w.S == kKernel && w.stride_h == 1 && w.stride_w == 1;
}

/// Whether they are faster than oneDNN's direct convolution, the transform of the filters included: channels
/// that fill two registers, and from 128 tiles on. Its rounding, though no larger than that of a sum of the same
/// length, moves other elements over the kinks of ReLU and max pooling than the plain sum does: for less than 16 images,
/// whose gradients show each of them, from 2048 tiles on only.
bool pays(const ConvDims&);

/// What forward with transformed filters takes from the stream's workspace for at most so many images, in bytes.
std::size_t workspace_bytes(Stream&, ConvDims);

/// The filters of a convolution, transformed once for many calls. Holds 36 floats for each 3x3 kernel, K being
/// rounded up to a multiple of kPanel.
class Filter {
 public:
  /// w: (3, 3, C, K).
  Filter(Stream&, int C, int K, const float* w);
  const float* data() const { return memory_.get(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_;
  AlignedFloats memory_;
};

/// y = act(conv(x, w) + bias + residual), as Kernels::conv_forward, from and to slices: floats of y that do
/// not belong to its K channels stay as they are. The pixels of the residual lie `residual_stride` floats
/// apart. Takes its scratch memory from the stream's workspace.
void forward(Stream&, const ConvDims&, ConstRows x, const Filter&, const Epilogue<float>&,
             std::int64_t residual_stride, Rows y);

// The contracts of kernels/kernels.h.
void forward(Stream&, const ConvDims&, const float* x, const float* w, const Epilogue<float>&,
             float* y);
void input_gradient(Stream&, const ConvDims&, const float* w, const float* dy, float* dx);
void weight_gradient(Stream&, const ConvDims&, const float* x, const float* dy, float* dw,
                     float* db);

}  // namespace nanopneumo::cpu::winograd
