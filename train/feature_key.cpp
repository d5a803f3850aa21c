#include "train/feature_key.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/safetensors_checksum.h"
#include "io/xxh64.h"
#include "kernels/cpu/cpu_features.h"
#include "kernels/cpu/onednn_version.h"
#include "kernels/plan/plan_report.h"

namespace nanopneumo {
namespace {

/// To be raised where the frozen plan or a kernel of it comes to round otherwise.
constexpr int kPlanVersion = 14;

std::uint64_t checksum_of_frozen(const Network& network) {
  std::uint64_t sum = 0;
  for (const Parameter<float>& parameter : network.parameters().all()) {
    if (parameter.node > network.trained_segment().first) break;
    sum = xxh64(bytes_of(parameter.variable.value.to_host()), sum);
  }
  return sum;
}

/// Of what computes each operation: how a sum rounds depends on it.
std::uint64_t checksum_of_algorithms(const Network& network, const ImageSet& images) {
  std::uint64_t sum = 0;
  for (const PlanStepFacts& step : network.frozen_part(images.is_gray()).steps())
    sum = xxh64(step.algorithm, sum);
  return sum;
}

std::uint64_t checksum_of_pixels(const ImageSet& images) {
  return xxh64({reinterpret_cast<const char*>(images.pixels.data()), images.pixels.size()});
}

}  // namespace

std::string feature_key(const Network& network, const ImageSet& images,
                        const std::string& computed_on) {
  const Architecture& architecture = network.architecture();
  const Preprocessing& p = architecture.preprocessing;
  const int cut = network.trained_segment().first;
  const Node& last = network.graph().nodes()[static_cast<std::size_t>(cut)];
  return fmt::format(
      "nanopneumo {} for {}, plan {}, oneDNN {}, CPU {}\n"
      "computed on {}, algorithms {:016x}\n"
      "{} up to node {} ({}), parameters {:016x}\n"
      "preprocessing: divisor {}, mean {}, deviation {}, reversed {}\n"
      "{} images of {} x {} x {}, pixels {:016x}\n",
      NANOPNEUMO_VERSION, cpu::compiled_for(), kPlanVersion, onednn_version(),
      cpu::processor_name(), computed_on, checksum_of_algorithms(network, images),
      architecture.name, cut, last.name, checksum_of_frozen(network), p.divisor,
      fmt::join(p.mean, " "), fmt::join(p.deviation, " "), p.reverse_channels, images.size(),
      images.height, images.width, images.channels, checksum_of_pixels(images));
}

}  // namespace nanopneumo
