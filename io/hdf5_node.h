// Groups and data sets of an HDF5 file, reached through hard links alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5_handles.h"

namespace nanopneumo {

/// An open group or data set with what messages need: its file and its path within.
struct Hdf5Node {
  std::filesystem::path file;
  std::string path;  ///< "" for the root group, "/conv/kernel"
  Hdf5Object object;
};

/// The root group of an open file.
Hdf5Node root_group(const std::filesystem::path& path, const Hdf5FileHandle& file);

/// Whether `parent` has a link (of any kind) called `name`, one component without '/'.
bool has_link(const Hdf5Node& parent, const std::string& name);

/// The names of all links of the group `parent`, in alphabetical order. Throws InputError where there
/// are more than 100,000.
std::vector<std::string> link_names(const Hdf5Node& parent);

/// Opens the group or data set `path` below `parent` ("a/b" walks through the group a). Every link
/// on the way is looked at before it is followed: soft and external links are refused, so nothing
/// outside the file is ever opened and no loop can form. Throws InputError naming what is missing
/// or other than asked.
Hdf5Node open_group(const Hdf5Node& parent, std::string_view path);
Hdf5Node open_dataset(const Hdf5Node& parent, std::string_view path);

/// A list of names kept in an attribute of `node`, or nothing where it has no such attribute. Keras
/// splits a list beyond 64,512 bytes over <attribute>0, <attribute>1, ...; strings may be of fixed
/// or variable length, ASCII or UTF-8. An empty list may have any type (h5py writes it as float64).
/// Throws InputError for other types, more than 100,000 names or more than 16 MiB of text.
std::optional<std::vector<std::string>> read_names(const Hdf5Node& node,
                                                   const std::string& attribute);

/// The only string of an attribute, or nothing where there is none or it holds anything else.
std::optional<std::string> read_text(const Hdf5Node& node, const std::string& attribute);

}  // namespace nanopneumo
