// Swish, also called SiLU (Ramachandran et al. 2017).
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y = x / (1 + exp(-x)), any shape. The input is kept for the gradient.
template <class T>
Variable<T> swish(Tape<T>& tape, const Variable<T>& x);

}  // namespace nanopneumo
