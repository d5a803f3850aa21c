// Which pictures a run may learn from, choose by, and be judged on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nanopneumo {

/// How a run uses the parts of its data.
struct Protocol {
  enum class Kind {
    paper,   ///< validates on test/ after each epoch; the best epoch there counts
    honest,  ///< validates on patients split off train/; test/ is used once, after the last epoch
  };
  Kind kind = Kind::paper;
  int folds = 0;                 ///< of a cross-validation by patient; 0: a single split
  int fold = 0;                  ///< from 1: the one that is validated on
  std::uint64_t split_seed = 1;  ///< decides the honest split, as the seed of training does not
  std::string split{};           ///< checksum of split.csv; empty before the data were seen

  bool is_honest() const { return kind == Kind::honest; }
  bool operator==(const Protocol&) const = default;

  /// Throws InputError for options that do not go together.
  void validate(bool has_data, const std::optional<double>& validation_split) const;
};

/// The fraction of train/ that the honest protocol validates on unless told otherwise.
inline constexpr double kHonestValidationSplit = 0.2;

std::string name_of(Protocol::Kind kind);
/// "paper" or "honest". Throws InputError for anything else.
Protocol::Kind parse_protocol(const std::string& name);

}  // namespace nanopneumo
