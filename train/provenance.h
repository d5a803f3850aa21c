// What a run was made from and with, beside its options.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/config.h"

namespace nanopneumo {

/// The text of provenance.toml: the versions of the program, its compiler and its libraries, the CPU and the number of
/// its threads, the seed, the checksum of the images and labels (fingerprint of data.h), and the digest of the
/// backbone's weight file: SHA-256, or FNV-1a in a build without OpenSSL. It is a record, of which machine_notes alone
/// reads the CPU. Throws InputError where the weight file cannot be read.
std::string provenance(const Config& config, const std::string& data_fingerprint);

/// Sentences for whoever goes on, on the cpu, with a run of another machine: on another CPU than `file`, the run's
/// provenance.toml, names, or on more threads than there are here. Throws InputError where the file is damaged.
std::vector<std::string> machine_notes(const Config& config, const std::filesystem::path& file);

}  // namespace nanopneumo
