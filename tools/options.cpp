#include "tools/options.h"

#include <charconv>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// The whole of `text` as a number from 1 to 99999, or 0.
int positive(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value > 0 && value <= 99999 ? value : 0;
}

constexpr const char* kDeviceGroup = "Device";

/// `precision_default`: what the help says of it beyond a value.
void add_each_device_option(Command command, DeviceOptions& options,
                            const std::string& precision_default) {
  command
      .option("--device", options.device,
              "Where to compute; cuda: a GPU, emulated: the CUDA source on the CPU, to study it")
      .one_of({"cpu", "cuda", "emulated"})
      .group(kDeviceGroup);
  command
      .option("--precision", options.precision,
              "Of products: float32; on a GPU tf32 or bf16, by its tensor cores; on the cpu bf16 "
              "for frozen layers" +
                  precision_default)
      .one_of({"float32", "tf32", "bf16"})
      .group(kDeviceGroup);
  command.option("--gemm", options.gemm, "Whose products a GPU runs")
      .one_of({"ours", "cublas"})
      .group(kDeviceGroup);
  command.option("--threads", options.threads, "CPU threads; 0: all")
      .between(0, 1024)
      .group(kDeviceGroup);
}

}  // namespace

ImageSize parse_image_size(const std::string& text, std::string_view option) {
  const std::size_t cross = text.find('x');
  const std::string_view view(text);
  const ImageSize size = cross == std::string::npos ? ImageSize{positive(view), positive(view)}
                                                    : ImageSize{positive(view.substr(0, cross)),
                                                                positive(view.substr(cross + 1))};
  if (!size.height || !size.width)
    throw_input_error(
        "{} {} is not possible; give a number of pixels (250) or HEIGHTxWIDTH (131x97)", option,
        text);
  return size;
}

void add_device_options(Command command, DeviceOptions& options) {
  add_each_device_option(command, options, "");
}

void add_run_device_options(Command command, DeviceOptions& options) {
  options.precision.clear();
  add_each_device_option(command, options, "; default: the run's");
}

void add_plan_option(Command command, DeviceOptions& options) {
  command
      .option("--plan", options.plan,
              "Algorithms of frozen convolutions on the cpu: default (by a rule), measured (by the "
              "clock, and kept) or the plan.json of a run")
      .group(kDeviceGroup);
}

std::string model_names() {
  std::string names;
  for (const Architecture& architecture : architectures())
    names += (names.empty() ? "" : ", ") + std::string(architecture.name);
  return names;
}

Option add_model_argument(Command command, std::string& model) {
  return command.option("MODEL", model, "One of " + model_names()).without_default();
}

}  // namespace nanopneumo
