// A new HDF5 file, built in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_handles.h"
#include "tensor/shape.h"

namespace nanopneumo {

/// Groups, data sets and attributes as h5py makes them (oldest format, variable-length strings, no
/// times), so that the same calls give the same bytes. Paths are absolute ("/conv/kernel"); groups on
/// the way to a data set are made. Throws std::runtime_error where libhdf5 fails, std::logic_error
/// for a name that is taken.
class Hdf5Image {
 public:
  Hdf5Image();

  void group(const std::string& path);
  void floats(const std::string& path, const Shape& shape, std::span<const float> values);
  /// Stored as int64.
  void integers(const std::string& path, const Shape& shape, std::span<const std::int64_t> values);
  /// A string as attribute `name` of `object`, marked as ASCII (Python's bytes) or UTF-8 (its str).
  void text(const std::string& object, const std::string& name, const std::string& value,
            H5T_cset_t characters = H5T_CSET_ASCII);
  /// A list of strings; an empty one has type float64, as NumPy gives it.
  void texts(const std::string& object, const std::string& name,
             const std::vector<std::string>& values);

  /// The file as it would lie on disk.
  std::string bytes() const;

 private:
  void data_set(const std::string& path, const Shape& shape, hid_t stored, hid_t given,
                const void* values);

  Hdf5Silence silence_;
  Hdf5FileHandle file_;
  Hdf5Properties intermediate_groups_;
};

}  // namespace nanopneumo
