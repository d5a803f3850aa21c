// What a run was made from and with, beside its options.
#pragma once

#include <string>

#include "train/config.h"

namespace nanopneumo {

/// The text of provenance.toml: the versions of the program, its compiler and its libraries, the seed, the
/// checksum of the images and labels (fingerprint of data.h), and the digest of the backbone's weight
/// file: SHA-256, or FNV-1a in a build without OpenSSL. It is a record: nothing reads it. Throws InputError
/// where the weight file cannot be read.
std::string provenance(const Config& config, const std::string& data_fingerprint);

}  // namespace nanopneumo
