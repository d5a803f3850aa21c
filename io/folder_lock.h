// One process at a time writes into a folder.
#pragma once

#include <filesystem>

#include "io/file_descriptor.h"

namespace nanopneumo {

/// Holds a folder as long as it lives. The lock lies on the folder itself: it leaves no file behind, and ends with the
/// process, however that ends. File systems that have no such locks (some of the network) let everybody in.
class FolderLock {
 public:
  /// Throws InputError where another process holds `folder`, or there is none.
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  FileDescriptor folder_;
};

}  // namespace nanopneumo
