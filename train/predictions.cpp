#include "train/predictions.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "io/atomic_file.h"
#include "io/csv.h"
#include "io/file_bytes.h"
#include "tensor/errors.h"
#include "train/scoring.h"

namespace nanopneumo {

std::vector<double> Predictions::probabilities() const {
  std::vector<double> result;
  for (const double logit : logits) result.push_back(probability(logit));
  return result;
}

bool Predictions::same_images(const Predictions& other) const {
  return labels == other.labels && names == other.names;
}

void write_predictions(const std::filesystem::path& file, const Predictions& p) {
  if (p.names.size() != p.size() || p.logits.size() != p.size())
    throw_shape_error("predictions: {} names, {} labels, {} logits", p.names.size(), p.size(),
                      p.logits.size());
  std::string text = "image,label,logit,probability\n";
  for (std::size_t i = 0; i < p.size(); ++i)
    text += fmt::format("{},{},{:.9g},{:.6f}\n", csv_field(p.names[i]), p.labels[i], p.logits[i],
                        probability(p.logits[i]));
  write_file_atomically(file, text);
}

namespace {

/// The float32 that was written: its nine digits are another number as a double, and a threshold chosen among
/// them would leave out the very image it was chosen for.
double float32(double digits, const std::filesystem::path& file, std::size_t row) {
  if (!(std::abs(digits) <= static_cast<double>(std::numeric_limits<float>::max())))
    throw_input_error("{}: row {} has the logit {}, which is no float32; restore the file",
                      shown(file), row + 2, digits);
  return static_cast<float>(digits);
}

}  // namespace

Predictions read_predictions(const std::filesystem::path& file) {
  const CsvTable table = CsvTable::read(file);
  Predictions p;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view label = table.text(row, "label");
    if (label != "0" && label != "1")
      throw_input_error("{}: row {} has the label \"{}\", neither 0 nor 1; restore the file",
                        shown(file), row + 2, shown(label));
    p.names.emplace_back(table.text(row, "image"));
    p.labels.push_back(label == "1");
    p.logits.push_back(float32(table.number(row, "logit"), file, row));
  }
  if (p.size() == 0) throw_input_error("{} names no image; restore the file", shown(file));
  return p;
}

std::vector<std::string> names_within(const std::string& data, std::span<const std::string> names) {
  std::vector<std::string> result(names.begin(), names.end());
  if (data.empty()) return result;
  for (std::string& name : result) {
    const std::filesystem::path inside = std::filesystem::path(name).lexically_relative(data);
    if (!inside.empty() && *inside.begin() != "..") name = inside.generic_string();
  }
  return result;
}

}  // namespace nanopneumo
