// The operations of the GPU, compiled three times (gpu.h).
#pragma once

#include "kernels/kernels.h"
#include "kernels/precision.h"

namespace nanopneumo::cuda {
const Kernels<float>& kernels(Precision precision = Precision::float32);
}
namespace nanopneumo::emulated {
const Kernels<float>& kernels(Precision precision = Precision::float32);
}
namespace nanopneumo::profiled {
const Kernels<float>& kernels(Precision precision = Precision::float32);
}
