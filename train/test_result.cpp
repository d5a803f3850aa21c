#include "train/test_result.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/dataset_parts.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "io/json_text.h"
#include "tensor/errors.h"
#include "train/delong.h"
#include "train/metrics.h"
#include "train/roc.h"

namespace nanopneumo {
namespace {

using Json = nlohmann::ordered_json;

Json share(std::int64_t successes, std::int64_t n) {
  if (n == 0) return nullptr;
  const Interval i = wilson_interval(successes, n);
  return {{"value", static_cast<double>(successes) / static_cast<double>(n)},
          {"successes", successes},
          {"n", n},
          {"interval95", {i.low, i.high}}};
}

Json figure(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json auc(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  const std::optional<double> area = roc_auc(scores, labels);
  if (!area) return nullptr;
  Json result{{"value", *area}};
  if (const auto d = delong(scores, labels)) {
    const Interval i = within_unit(d->interval95);
    result["interval95"] = {i.low, i.high};
  }
  return result;
}

Json metrics_of(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  const Metrics m = evaluate_scores(scores, labels);
  const ConfusionMatrix& c = m.confusion;
  return {{"accuracy", share(c.true_positives + c.true_negatives, c.n())},
          {"sensitivity", share(c.true_positives, c.positives())},
          {"specificity", share(c.true_negatives, c.negatives())},
          {"precision", figure(m.precision)},
          {"f1", figure(m.f1)},
          {"auc", auc(scores, labels)},
          {"confusion",
           {{"true_positives", c.true_positives},
            {"false_positives", c.false_positives},
            {"true_negatives", c.true_negatives},
            {"false_negatives", c.false_negatives}}}};
}

}  // namespace

bool owes_test(const Config& config, const RunFolder& folder) {
  const Protocol& protocol = config.protocol;
  return protocol.is_honest() && !protocol.folds && !is_there(folder.test()) &&
         has_part(config.data, "train") && has_part(config.data, "test");
}

void refuse_after_test(const Config& config, const RunFolder& folder) {
  if (config.protocol.is_honest() && is_there(folder.test()))
    throw_input_error(
        "{} is there: this run has seen its test pictures, and whatever it learns from now on "
        "could be chosen by them; start a new run with more --epochs",
        folder.test().string());
}

std::string test_result_json(const Config& config, std::int64_t epoch, const std::string& source,
                             const std::vector<std::string>& classes, const ImageSet& images,
                             std::span<const double> scores) {
  Json pictures = Json::array();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::filesystem::path file = images.names[i];
    pictures.push_back({{"file", shown(file.lexically_relative(config.data))},
                        {"label", images.labels[i]},
                        {"score", scores[i]}});
  }
  const Json result{{"model", config.model},
                    {"protocol", name_of(config.protocol.kind)},
                    {"split", config.protocol.split},
                    {"seed", config.seed},
                    {"epoch", epoch},
                    {"source", source},
                    {"classes", classes},
                    {"threshold", kDecisionThreshold},
                    {"metrics", metrics_of(scores, images.labels)},
                    {"images", pictures}};
  return json_text(result);
}

}  // namespace nanopneumo
