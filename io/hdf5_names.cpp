// Lists of names in attributes: Keras' layer_names and weight_names.
#include <algorithm>

#include "io/file_bytes.h"
#include "io/hdf5_node.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kMostNames = 100'000;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

[[noreturn]] void refuse(const Hdf5Node& node, const std::string& attribute,
                         const std::string& why) {
  throw_input_error("{}: the attribute '{}' of '{}' {}; give a weight file as Keras writes it",
                    shown(node.file), attribute, node.path.empty() ? "/" : printable(node.path),
                    why);
}

/// What libhdf5 allocated for variable-length strings while reading them.
class VariableStrings {
 public:
  VariableStrings(hid_t type, hid_t space, std::size_t count)
      : type_(type), space_(space), texts_(count, nullptr) {}
  ~VariableStrings() { H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, texts_.data()); }
  VariableStrings(const VariableStrings&) = delete;
  VariableStrings& operator=(const VariableStrings&) = delete;

  char** data() { return texts_.data(); }
  std::vector<std::string> copy() const {
    std::vector<std::string> result;
    for (const char* text : texts_) result.emplace_back(text ? text : "");
    return result;
  }

 private:
  hid_t type_;
  hid_t space_;
  std::vector<char*> texts_;
};

/// One string of a fixed-length cell: up to the first NUL, without the spaces of Fortran padding.
std::string unpadded(std::string_view cell, H5T_str_t padding) {
  cell = cell.substr(0, cell.find('\0'));
  if (padding == H5T_STR_SPACEPAD) cell = cell.substr(0, cell.find_last_not_of(' ') + 1);
  return std::string(cell);
}

std::vector<std::string> read_strings(const Hdf5Node& node, const std::string& attribute) {
  const Hdf5Attribute opened(H5Aopen(node.object.get(), attribute.c_str(), H5P_DEFAULT));
  if (!opened) refuse(node, attribute, "is damaged (" + hdf5_reason() + ")");
  const Hdf5Type type(H5Aget_type(opened.get()));
  const Hdf5Space space(H5Aget_space(opened.get()));
  if (!type || !space) refuse(node, attribute, "is damaged");
  const hssize_t points = H5Sget_simple_extent_npoints(space.get());
  if (points < 0) refuse(node, attribute, "is damaged");
  if (points == 0) return {};
  const auto count = static_cast<std::size_t>(points);
  if (H5Tget_class(type.get()) != H5T_STRING) refuse(node, attribute, "does not hold strings");
  if (H5Sget_simple_extent_ndims(space.get()) > 1) refuse(node, attribute, "is not a list");
  if (count > kMostNames) refuse(node, attribute, fmt::format("holds {} names", count));

  if (H5Tis_variable_str(type.get()) > 0) {
    VariableStrings texts(type.get(), space.get(), count);
    if (H5Aread(opened.get(), type.get(), texts.data()) < 0)
      refuse(node, attribute, "cannot be read (" + hdf5_reason() + ")");
    return texts.copy();
  }
  const std::size_t length = H5Tget_size(type.get());
  if (length == 0 || length > kMostBytes / count) refuse(node, attribute, "is too large");
  std::string cells(count * length, '\0');
  if (H5Aread(opened.get(), type.get(), cells.data()) < 0)
    refuse(node, attribute, "cannot be read (" + hdf5_reason() + ")");
  const H5T_str_t padding = H5Tget_strpad(type.get());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(unpadded(std::string_view(cells).substr(i * length, length), padding));
  return result;
}

bool has_attribute(const Hdf5Node& node, const std::string& attribute) {
  return H5Aexists(node.object.get(), attribute.c_str()) > 0;
}

}  // namespace

std::optional<std::string> read_text(const Hdf5Node& node, const std::string& attribute) {
  if (!has_attribute(node, attribute)) return std::nullopt;
  const Hdf5Attribute opened(H5Aopen(node.object.get(), attribute.c_str(), H5P_DEFAULT));
  const Hdf5Type type(opened ? H5Aget_type(opened.get()) : H5I_INVALID_HID);
  if (!type || H5Tget_class(type.get()) != H5T_STRING) return std::nullopt;
  const std::vector<std::string> texts = read_strings(node, attribute);
  return texts.size() == 1 ? std::optional(texts[0]) : std::nullopt;
}

std::optional<std::vector<std::string>> read_names(const Hdf5Node& node,
                                                   const std::string& attribute) {
  if (has_attribute(node, attribute)) return read_strings(node, attribute);
  if (!has_attribute(node, attribute + "0")) return std::nullopt;
  std::vector<std::string> names;
  for (int chunk = 0; has_attribute(node, attribute + std::to_string(chunk)); ++chunk) {
    const std::vector<std::string> more = read_strings(node, attribute + std::to_string(chunk));
    names.insert(names.end(), more.begin(), more.end());
    if (names.size() > kMostNames) refuse(node, attribute, "holds too many names");
  }
  return names;
}

}  // namespace nanopneumo
