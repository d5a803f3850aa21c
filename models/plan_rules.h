// The rules by which a plan gets shorter. Each takes a plan and leaves one that computes the same up to
// rounding with fewer operations; a file a rule. None swallows a value that somebody else reads.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo {

/// Zero padding becomes part of the (depthwise) convolution that reads it, or of a max pooling where what is
/// padded cannot be negative: a zero outside then changes no maximum.
template <class T>
void fold_padding(Plan<T>& plan);

/// An affine map after a (depthwise) convolution goes into its weights and bias, one after another affine
/// map into that one. The products are formed in double.
template <class T>
void fold_affine(Plan<T>& plan);

/// An average pooling and a 1x1 convolution before or after it change places where that takes less work: the
/// pooling comes first where it makes images smaller, the convolution where it makes channels fewer. Both are
/// linear, and the factors of an average sum to one.
template <class T>
void order_average(Plan<T>& plan);

/// The sum of a convolution's result and another value becomes the convolution's residual. The convolution
/// moves to where the sum was, since the other value may be made between the two.
template <class T>
void fuse_residual(Plan<T>& plan);

/// An activation becomes part of the operation before it where that has none yet.
template <class T>
void fuse_activation(Plan<T>& plan);

/// Where 1x1 convolutions with strides are all that reads what a (depthwise) convolution makes, that one takes over their
/// strides and leaves out the pixels that nobody reads; of a residual an operation of its own leaves them out. Exact.
template <class T>
void move_strides(Plan<T>& plan);

/// Takes out what the output does not depend on.
template <class T>
void drop_unread(Plan<T>& plan);

/// All of them.
template <class T>
void fuse(Plan<T>& plan) {
  drop_unread(plan);
  fold_padding(plan);
  fold_affine(plan);
  order_average(plan);
  fuse_residual(plan);
  fuse_activation(plan);
  move_strides(plan);
}

}  // namespace nanopneumo
