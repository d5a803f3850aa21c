#include "train/protocol.h"

#include <utility>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {

void Protocol::validate(bool has_data, const std::optional<double>& validation_split) const {
  if (!is_honest()) {
    if (folds || fold || split_seed != Protocol{}.split_seed)
      throw_input_error(
          "--folds, --fold and --split-seed say how patients are split, which the paper's protocol "
          "does not do; give --protocol honest too");
    return;
  }
  if (!has_data)
    throw_input_error(
        "--protocol honest splits the patients of --data, which is not given; give it, or leave "
        "--protocol away");
  if (!std::in_range<std::int64_t>(split_seed))
    throw_input_error("--split-seed {} is not possible; give one up to 9223372036854775807",
                      split_seed);
  if (!folds && !fold) return;
  if (validation_split)
    throw_input_error(
        "--val-split does not go with --folds, whose parts are equal; leave one of them away");
  if (folds < 2 || folds > 100)
    throw_input_error("--folds {} is not possible; give a number from 2 to 100", folds);
  if (fold == 0)
    throw_input_error(
        "--folds {0} needs to know which of them to validate on; give --fold 1 to --fold {0}",
        folds);
  if (fold < 1 || fold > folds)
    throw_input_error("--fold {} is not one of the {}; give --fold 1 to --fold {}", fold, folds,
                      folds);
}

std::string name_of(Protocol::Kind kind) {
  return kind == Protocol::Kind::honest ? "honest" : "paper";
}

Protocol::Kind parse_protocol(const std::string& name) {
  for (const Protocol::Kind kind : {Protocol::Kind::paper, Protocol::Kind::honest})
    if (name == name_of(kind)) return kind;
  throw_input_error("the protocol {} is neither paper nor honest; choose one of them", shown(name));
}

}  // namespace nanopneumo
