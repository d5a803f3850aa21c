// Batch normalisation over all rows of (rows, C), which for cuDNN is (N, C, 1, 1).
#include <cmath>
#include <memory>

#include "tools/bench/cudnn/cudnn_cases.h"
#include "tools/bench/cudnn/cudnn_tensor.h"
#include "tools/bench/device_array.h"
#include "tools/bench/listed_case.h"

namespace nanopneumo::bench {
namespace {

constexpr double kEpsilon = 1e-3;  // as in batch_norm_operations.cpp

struct Mode {
  cudnnBatchNormMode_t mode;
  const char* name;
};
constexpr Mode kModes[] = {{CUDNN_BATCHNORM_SPATIAL, "spatial"},
                           {CUDNN_BATCHNORM_SPATIAL_PERSISTENT, "spatial, persistent"}};

struct Memory {
  Memory(Cudnn& cudnn, Device& device, const RowsDims& d)
      : rows(cudnn, static_cast<int>(d.rows), d.C, 1, 1),
        channels(cudnn, 1, d.C, 1, 1),
        large(device, d.rows * d.C),
        first(device, d.C),
        second(device, d.C) {}
  CudnnTensor rows, channels;
  DeviceArray large, first, second;  ///< y or dx; mean or dgamma; 1 / deviation or dbeta
};

std::vector<float> variances(const std::vector<float>& inverse_deviations) {
  std::vector<float> result;
  for (const float s : inverse_deviations)
    result.push_back(static_cast<float>(1 / (double{s} * s) - kEpsilon));
  return result;
}

std::unique_ptr<RivalCase> training(Cudnn& cudnn, const RowsDims& d, const Buffers& ours,
                                    Device& device) {
  const auto m = std::make_shared<Memory>(cudnn, device, d);
  auto result = std::make_unique<ListedCase>([m] {
    return Outputs{{"y", m->large.values()},
                   {"mean", m->first.values()},
                   {"variance", variances(m->second.values())}};
  });
  for (const Mode& mode : kModes)
    result->add(mode.name, [m, mode, &cudnn, &ours] {
      CUDNN_CALL(cudnn, cudnnBatchNormalizationForwardTraining, cudnn.handle(), mode.mode, &kOne,
                 &kZero, m->rows.get(), ours.of("x"), m->rows.get(), m->large.data(),
                 m->channels.get(), ours.of("gamma"), ours.of("beta"),
                 /*exponentialAverageFactor=*/1.0, /*running mean=*/nullptr,
                 /*running variance=*/nullptr, kEpsilon, m->first.data(), m->second.data());
    });
  return result;
}

std::unique_ptr<RivalCase> training_gradient(Cudnn& cudnn, const RowsDims& d, const Buffers& ours,
                                             Device& device) {
  const auto m = std::make_shared<Memory>(cudnn, device, d);
  std::vector<float> deviations = ours.values("variance");
  for (float& v : deviations) v = static_cast<float>(1 / std::sqrt(double{v} + kEpsilon));
  const auto saved = std::make_shared<DeviceArray>(device, deviations);
  auto result = std::make_unique<ListedCase>([m] {
    return Outputs{
        {"dx", m->large.values()}, {"dgamma", m->first.values()}, {"dbeta", m->second.values()}};
  });
  for (const Mode& mode : kModes)
    result->add(mode.name, [m, saved, mode, &cudnn, &ours] {
      CUDNN_CALL(cudnn, cudnnBatchNormalizationBackward, cudnn.handle(), mode.mode, &kOne, &kZero,
                 &kOne, &kZero, m->rows.get(), ours.of("x"), m->rows.get(), ours.of("dy"),
                 m->rows.get(), m->large.data(), m->channels.get(), ours.of("gamma"),
                 m->first.data(), m->second.data(), kEpsilon, ours.of("mean"), saved->data());
    });
  return result;
}

std::unique_ptr<RivalCase> inference(Cudnn& cudnn, const RowsDims& d, const Buffers& ours,
                                     Device& device) {
  const auto m = std::make_shared<Memory>(cudnn, device, d);
  auto result = std::make_unique<ListedCase>([m] { return Outputs{{"y", m->large.values()}}; });
  result->add("spatial", [m, &cudnn, &ours] {
    CUDNN_CALL(cudnn, cudnnBatchNormalizationForwardInference, cudnn.handle(),
               CUDNN_BATCHNORM_SPATIAL, &kOne, &kZero, m->rows.get(), ours.of("x"), m->rows.get(),
               m->large.data(), m->channels.get(), ours.of("gamma"), ours.of("beta"),
               ours.of("mean"), ours.of("variance"), kEpsilon);
  });
  return result;
}

}  // namespace

std::unique_ptr<RivalCase> cudnn_batch_norm(Cudnn& cudnn, const OpCase& op_case,
                                            const Buffers& ours, Device& device) {
  if (op_case.op == "batch_norm_training")
    return training(cudnn, rows_dims(op_case.shape), ours, device);
  if (op_case.op == "batch_norm_training_gradient")
    return training_gradient(cudnn, rows_dims(op_case.shape), ours, device);
  if (op_case.op == "batch_norm_inference" && fusion(op_case.shape).activation == Activation::none)
    return inference(cudnn, rows_dims(op_case.shape), ours, device);
  return nullptr;
}

}  // namespace nanopneumo::bench
