#include "io/hdf5_image.h"

#include <stdexcept>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kGrowth = std::size_t{1} << 20;  ///< bytes by which the memory grows

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("libhdf5 cannot make " + what + ": " + hdf5_reason());
}

template <class Handle>
Handle made(hid_t id, const std::string& what) {
  if (id < 0) fail(what);
  return Handle(id);
}

/// libhdf5 would keep the time at which a data set was made.
template <class Make>
Hdf5Properties without_times(Make&& kind) {
  auto properties = made<Hdf5Properties>(H5Pcreate(kind), "properties");
  H5Pset_obj_track_times(properties.get(), false);
  return properties;
}

Hdf5FileHandle file_in_memory() {
  const auto access = made<Hdf5Properties>(H5Pcreate(H5P_FILE_ACCESS), "properties");
  // Without a backing store nothing is written under this name.
  if (H5Pset_fapl_core(access.get(), kGrowth, /*backing_store=*/false) < 0 ||
      H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) < 0)
    fail("a file in memory");
  return made<Hdf5FileHandle>(H5Fcreate("nowhere.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()),
                              "a file in memory");
}

Hdf5Space space_of(const Shape& shape) {
  if (shape.rank() == 0) return made<Hdf5Space>(H5Screate(H5S_SCALAR), "a scalar");
  const std::vector<hsize_t> lengths(shape.lengths().begin(), shape.lengths().end());
  return made<Hdf5Space>(H5Screate_simple(shape.rank(), lengths.data(), nullptr), "a shape");
}

Hdf5Type string_type(H5T_cset_t characters) {
  auto type = made<Hdf5Type>(H5Tcopy(H5T_C_S1), "a string type");
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), characters);
  return type;
}

void write_attribute(hid_t file, const std::string& object, const std::string& name, hid_t type,
                     const Hdf5Space& space, const void* values) {
  const auto owner = made<Hdf5Object>(H5Oopen(file, object.c_str(), H5P_DEFAULT), object);
  const auto attribute = made<Hdf5Attribute>(
      H5Acreate2(owner.get(), name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
      object + " " + name);
  if (values && H5Awrite(attribute.get(), type, values) < 0) fail(object + " " + name);
}

void require_length(const Shape& shape, std::size_t values) {
  if (shape.elements() != static_cast<std::int64_t>(values))
    throw_shape_error("{} numbers are no data set of shape {}", values, shape.str());
}

}  // namespace

Hdf5Image::Hdf5Image()
    : file_(file_in_memory()),
      intermediate_groups_(made<Hdf5Properties>(H5Pcreate(H5P_LINK_CREATE), "properties")) {
  H5Pset_create_intermediate_group(intermediate_groups_.get(), 1);
}

void Hdf5Image::group(const std::string& path) {
  const Hdf5Properties properties = without_times(H5P_GROUP_CREATE);
  made<Hdf5Object>(H5Gcreate2(file_.get(), path.c_str(), intermediate_groups_.get(),
                              properties.get(), H5P_DEFAULT),
                   path);
}

void Hdf5Image::data_set(const std::string& path, const Shape& shape, hid_t stored, hid_t given,
                         const void* values) {
  const Hdf5Properties properties = without_times(H5P_DATASET_CREATE);
  const Hdf5Space space = space_of(shape);
  const auto data =
      made<Hdf5Object>(H5Dcreate2(file_.get(), path.c_str(), stored, space.get(),
                                  intermediate_groups_.get(), properties.get(), H5P_DEFAULT),
                       path);
  if (H5Dwrite(data.get(), given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) fail(path);
}

void Hdf5Image::floats(const std::string& path, const Shape& shape, std::span<const float> values) {
  require_length(shape, values.size());
  data_set(path, shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data());
}

void Hdf5Image::integers(const std::string& path, const Shape& shape,
                         std::span<const std::int64_t> values) {
  require_length(shape, values.size());
  data_set(path, shape, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void Hdf5Image::text(const std::string& object, const std::string& name, const std::string& value,
                     H5T_cset_t characters) {
  const char* const text = value.c_str();
  write_attribute(file_.get(), object, name, string_type(characters).get(), space_of({}), &text);
}

void Hdf5Image::texts(const std::string& object, const std::string& name,
                      const std::vector<std::string>& values) {
  const Hdf5Space space = space_of({static_cast<std::int64_t>(values.size())});
  if (values.empty())
    return write_attribute(file_.get(), object, name, H5T_IEEE_F64LE, space, nullptr);
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  write_attribute(file_.get(), object, name, string_type(H5T_CSET_ASCII).get(), space,
                  texts.data());
}

std::string Hdf5Image::bytes() const {
  if (H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) < 0) fail("the file");
  const ssize_t size = H5Fget_file_image(file_.get(), nullptr, 0);
  if (size < 0) fail("the file");
  std::string image(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file_.get(), image.data(), image.size()) < 0) fail("the file");
  return image;
}

}  // namespace nanopneumo
