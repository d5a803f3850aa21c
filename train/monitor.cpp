#include "train/monitor.h"

#include <algorithm>
#include <cmath>

#include "tensor/errors.h"

namespace nanopneumo {

const std::vector<std::string>& monitored_metrics() {
  static const std::vector<std::string> metrics{"loss", "accuracy", "val_loss", "val_accuracy",
                                                "val_auc"};
  return metrics;
}

void Monitor::validate(const char* option) const {
  if (std::ranges::find(monitored_metrics(), metric) == monitored_metrics().end())
    throw_input_error(
        "{} {} is not possible; give loss, accuracy, val_loss, val_accuracy or val_auc", option,
        metric);
  if (mode != "auto" && mode != "min" && mode != "max")
    throw_input_error("{}-mode {} is not possible; give auto, min or max", option, mode);
  if (!std::isfinite(min_delta))
    throw_input_error("{}-min-delta {} is not possible; give a finite number", option, min_delta);
}

bool Monitor::wants_max() const {
  if (mode != "auto") return mode == "max";
  return metric.ends_with("accuracy") || metric.ends_with("auc");
}

bool Monitor::improves(double value, const std::optional<double>& reference) const {
  if (!reference) return true;
  const double delta = std::abs(min_delta);
  const auto before = static_cast<float>(*reference);
  return wants_max() ? static_cast<float>(value - delta) > before
                     : static_cast<float>(value + delta) < before;
}

std::optional<double> Monitor::value_of(const EpochRecord& record) const {
  if (metric == "loss") return record.loss;
  if (metric == "accuracy") return record.accuracy;
  if (metric == "val_loss") return record.validation_loss;
  if (metric == "val_accuracy") return record.validation.accuracy;
  return record.validation.auc;
}

}  // namespace nanopneumo
