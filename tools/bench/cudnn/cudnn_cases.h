// What cuDNN is asked for, one family a file. Each gives null for operations that are not of its
// family and throws std::runtime_error where cuDNN does not support the case.
#pragma once

#include <memory>

#include "tools/bench/cudnn/cudnn_library.h"
#include "tools/bench/rival.h"

namespace nanopneumo::bench {

std::unique_ptr<RivalCase> cudnn_convolution(Cudnn& cudnn, const OpCase& op_case,
                                             const Buffers& ours, Device& device, Math math);
std::unique_ptr<RivalCase> cudnn_batch_norm(Cudnn& cudnn, const OpCase& op_case,
                                            const Buffers& ours, Device& device);
std::unique_ptr<RivalCase> cudnn_pooling(Cudnn& cudnn, const OpCase& op_case, const Buffers& ours,
                                         Device& device);
std::unique_ptr<RivalCase> cudnn_pointwise(Cudnn& cudnn, const OpCase& op_case, const Buffers& ours,
                                           Device& device);

}  // namespace nanopneumo::bench
