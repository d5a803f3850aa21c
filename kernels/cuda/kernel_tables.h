// The operations of the GPU, compiled three times (gpu.h).
#pragma once

#include "kernels/kernels.h"

namespace nanopneumo::cuda {
const Kernels<float>& kernels();
}
namespace nanopneumo::emulated {
const Kernels<float>& kernels();
}
namespace nanopneumo::profiled {
const Kernels<float>& kernels();
}
