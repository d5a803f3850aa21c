#include "io/hdf5_node.h"

#include "io/file_bytes.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kMostLinks = 100'000;

[[noreturn]] void refuse(const Hdf5Node& parent, const std::string& path, const std::string& why) {
  throw_input_error("{}: '{}' {}; give a weight file as Keras writes it", shown(parent.file),
                    printable(parent.path + "/" + path), why);
}

const char* kind_of(hid_t object) {
  switch (H5Iget_type(object)) {
    case H5I_GROUP:
      return "group";
    case H5I_DATASET:
      return "data set";
    default:
      return "named type";
  }
}

Hdf5Node open_child(const Hdf5Node& parent, const std::string& name) {
  H5L_info_t link{};
  if (H5Lexists(parent.object.get(), name.c_str(), H5P_DEFAULT) <= 0 ||
      H5Lget_info(parent.object.get(), name.c_str(), &link, H5P_DEFAULT) < 0)
    refuse(parent, name, "is missing, though the file lists it");
  if (link.type == H5L_TYPE_EXTERNAL)
    refuse(parent, name, "is an external link to another file, which is not followed");
  if (link.type == H5L_TYPE_SOFT) refuse(parent, name, "is a soft link, which is not followed");
  if (link.type != H5L_TYPE_HARD) refuse(parent, name, "is a link of an unknown kind");
  Hdf5Node child{parent.file, parent.path + "/" + name,
                 Hdf5Object(H5Oopen(parent.object.get(), name.c_str(), H5P_DEFAULT))};
  if (!child.object) refuse(parent, name, "is damaged (" + hdf5_reason() + ")");
  return child;
}

Hdf5Node open_kind(const Hdf5Node& start, std::string_view path, H5I_type_t wanted) {
  Hdf5Node node;
  const Hdf5Node* parent = &start;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name(path.substr(begin, end - begin));
    begin = end + 1;
    if (name.empty()) continue;
    node = open_child(*parent, name);
    parent = &node;
    const bool last = path.find_first_not_of('/', begin) == std::string_view::npos;
    const H5I_type_t kind = last ? wanted : H5I_GROUP;
    if (H5Iget_type(node.object.get()) != kind)
      throw_input_error(
          "{}: '{}' is a {} where a {} should be; give a weight file as Keras writes it",
          shown(node.file), printable(node.path), kind_of(node.object.get()),
          kind == H5I_GROUP ? "group" : "data set");
  }
  if (!node.object) refuse(start, std::string(path), "is not a name");
  return node;
}

}  // namespace

Hdf5Node root_group(const std::filesystem::path& path, const Hdf5FileHandle& file) {
  Hdf5Node root{path, "", Hdf5Object(H5Oopen(file.get(), "/", H5P_DEFAULT))};
  if (!root.object)
    throw_input_error("{}: the HDF5 file is damaged ({}); download or copy it again", shown(path),
                      hdf5_reason());
  return root;
}

bool has_link(const Hdf5Node& parent, const std::string& name) {
  return H5Lexists(parent.object.get(), name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> link_names(const Hdf5Node& parent) {
  std::vector<std::string> names;
  // No exception may pass through libhdf5; a result above 0 ends the walk.
  const auto keep = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
    auto& kept = *static_cast<std::vector<std::string>*>(list);
    if (kept.size() == kMostLinks) return 1;
    kept.emplace_back(name);
    return 0;
  };
  hsize_t next = 0;
  const herr_t result =
      H5Literate(parent.object.get(), H5_INDEX_NAME, H5_ITER_INC, &next, keep, &names);
  if (result < 0) refuse(parent, "", "is damaged (" + hdf5_reason() + ")");
  if (result > 0) refuse(parent, "", fmt::format("has more than {} entries", kMostLinks));
  return names;
}

Hdf5Node open_group(const Hdf5Node& parent, std::string_view path) {
  return open_kind(parent, path, H5I_GROUP);
}

Hdf5Node open_dataset(const Hdf5Node& parent, std::string_view path) {
  return open_kind(parent, path, H5I_DATASET);
}

}  // namespace nanopneumo
