#include "tensor/device_options.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "kernels/cpu/cpu_features.h"
#include "kernels/cpu/openmp_threads.h"
#include "tensor/cuda_device.h"

namespace nanopneumo {
namespace {

constexpr std::array<std::string_view, 3> kDevices{"cpu", "cuda", "emulated"};
constexpr std::array<std::string_view, 3> kPrecisions{"float32", "tf32", "bf16"};
constexpr std::array<std::string_view, 2> kGemms{"ours", "cublas"};

void require_known(const char* option, const std::string& value,
                   std::span<const std::string_view> known) {
  if (std::ranges::find(known, value) == known.end())
    throw_input_error("{} {} is not possible; give one of {}", option, value,
                      fmt::join(known, ", "));
}

Precision precision_named(std::string_view name) {
  return name == "tf32" ? Precision::tf32 : name == "bf16" ? Precision::bf16 : Precision::float32;
}

void require_threads_allowed(int threads) {
  if (threads > omp_get_thread_limit())
    throw_input_error(
        "--threads {} is more than the {} that OMP_THREAD_LIMIT allows; give fewer, or "
        "unset OMP_THREAD_LIMIT",
        threads, omp_get_thread_limit());
}

}  // namespace

void DeviceOptions::validate() const {
  require_known("--device", device, kDevices);
  require_known("--precision", precision, kPrecisions);
  require_known("--gemm", gemm, kGemms);
  if (device == "cpu" && precision == "tf32")
    throw_input_error(
        "--precision tf32 is of a GPU's tensor cores, which the device cpu has not; give "
        "--device cuda or emulated, or leave --precision away");
  if (device != "cpu" && plan != "default")
    throw_input_error(
        "--plan {} chooses among algorithms of the cpu, and {} has one for each operation; leave "
        "--plan away",
        plan, device);
  if (gemm == "cublas" && device != "cuda")
    throw_input_error(
        "--gemm cublas runs on a GPU alone, not on {}; give --device cuda, or leave "
        "--gemm away",
        device);
}

bool DeviceOptions::is_precision_here() const {
  return device != "cpu" || precision != "bf16" || cpu::multiplies_bfloat16();
}

void DeviceOptions::require_precision() const {
  if (!is_precision_here())
    throw_input_error(
        "--precision bf16 needs a CPU that multiplies bfloat16 (AVX512-BF16 or AMX), and this one "
        "does not; give --device cpu --precision float32");
}

std::unique_ptr<Device> make_device(const DeviceOptions& options,
                                    std::shared_ptr<PlanChoices> choices) {
  options.validate();
  options.require_precision();
  require_threads_allowed(options.threads);
  const Precision precision = precision_named(options.precision);
  if (options.device == "cuda") {
    const auto gemm = options.gemm == "cublas" ? GemmLibrary::cublas : GemmLibrary::ours;
    return make_cuda_device(precision, gemm);
  }
  if (options.device == "emulated") return make_emulated_device(options.threads, {}, precision);
  return make_cpu_device(options.threads, precision, std::move(choices));
}

std::string describe_device(const DeviceOptions& options) {
  const int threads = resolve_threads(options.threads);
  if (options.device == "cuda")
    return fmt::format("cuda, {}, {} products{}", cuda::status().gpus.at(0), options.precision,
                       options.gemm == "cublas" ? " of cuBLAS" : "");
  if (options.device == "emulated")
    return fmt::format("emulated, the CUDA source run on the CPU, {} products, {} threads",
                       options.precision, threads);
  return fmt::format("{}, {} threads{}", options.device, threads,
                     options.precision == "bf16" ? ", frozen layers in bfloat16" : "");
}

int resolve_threads(int threads) { return threads > 0 ? threads : cpu::available_threads(); }

}  // namespace nanopneumo
