#include "io/patient_key.h"

#include <algorithm>
#include <string_view>

namespace nanopneumo {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// Reads a name from its start, part by part.
class NameReader {
 public:
  explicit NameReader(std::string_view rest) : rest_(rest) {}

  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string letters() { return take(is_letter); }
  /// Without leading zeros; empty where there is no digit.
  std::string number() {
    const std::string digits = take(is_digit);
    const std::size_t first = digits.find_first_not_of('0');
    if (first != std::string::npos) return digits.substr(first);
    return digits.empty() ? "" : "0";
  }
  /// Whether one of `separators` or nothing follows.
  bool at_border(std::string_view separators) const {
    return rest_.empty() || separators.find(rest_[0]) != std::string_view::npos;
  }

 private:
  template <class Belongs>
  std::string take(const Belongs& belongs) {
    const auto end = std::ranges::find_if_not(rest_, belongs);
    const std::string taken(rest_.begin(), end);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

/// person12_virus_45
PatientKeys pneumonia_keys(NameReader name) {
  if (!name.skip("person")) return {};
  const std::string number = name.number();
  if (number.empty() || !name.at_border("_-.")) return {};
  PatientKeys keys{.number = "person" + number, .series = "person" + number};
  if (name.skip("_"))
    if (const std::string disease = name.letters(); !disease.empty()) keys.series += "_" + disease;
  return keys;
}

/// NORMAL2-IM-0115-0001, IM-0115-0001
PatientKeys normal_keys(NameReader name) {
  std::string series;
  if (name.skip("normal")) {
    series = "normal" + name.number() + "-";
    if (!name.skip("-")) return {};
  }
  if (!name.skip("im-")) return {};
  const std::string number = name.number();
  if (number.empty() || !name.at_border("-_.")) return {};
  return {.number = "im-" + number, .series = series + "im-" + number};
}

}  // namespace

PatientKeys patient_keys(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  const PatientKeys keys = pneumonia_keys(NameReader(name));
  return keys.number.empty() ? normal_keys(NameReader(name)) : keys;
}

}  // namespace nanopneumo
