// The part of config.toml about what steers a training from step to step and from epoch to epoch.
#pragma once

#include "train/config.h"
#include "train/table_reader.h"

namespace nanopneumo {

/// Tables for what differs from a plain training, so that the files of plain runs say nothing of it.
void insert_callbacks(toml::table& table, const Config& config);
/// The opposite. Throws InputError for what is unknown or unfit; `file` is named.
void read_callbacks(TableReader& reader, const std::string& file, Config& config);

}  // namespace nanopneumo
