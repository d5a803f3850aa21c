// Options that several subcommands share, and how their values are written.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "models/registry.h"
#include "tensor/device_options.h"

namespace nanopneumo {

struct ImageSize {
  int height = 250, width = 250;
};

/// "250" or "131x97" (height x width), the value of `option`. Throws InputError for anything else.
ImageSize parse_image_size(const std::string& text, std::string_view option = "--image-size");

/// --device, --precision, --gemm and --threads.
void add_device_options(CLI::App& command, DeviceOptions& options);

/// A positional MODEL with the known names in its help.
CLI::Option* add_model_argument(CLI::App& command, std::string& model);

}  // namespace nanopneumo
