// Options that several subcommands share, and how their values are written.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "models/registry.h"
#include "tensor/device_options.h"
#include "tools/command_line.h"

namespace nanopneumo {

struct ImageSize {
  int height = 250, width = 250;
};

/// "250" or "131x97" (height x width), the value of `option`. Throws InputError for anything else.
ImageSize parse_image_size(const std::string& text, std::string_view option = "--image-size");

/// --device, --precision, --gemm and --threads.
void add_device_options(Command command, DeviceOptions& options);

/// The same for a run that is asked: options.precision is empty where none is given.
void add_run_device_options(Command command, DeviceOptions& options);

/// --plan.
void add_plan_option(Command command, DeviceOptions& options);

/// "cnn, densenet121, ...": what MODEL may be.
std::string model_names();

/// A positional MODEL with the known names in its help.
Option add_model_argument(Command command, std::string& model);

}  // namespace nanopneumo
