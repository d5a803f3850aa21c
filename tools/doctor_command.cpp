// nanopneumo doctor
#include <fmt/format.h>
#include <omp.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <filesystem>
#include <fstream>
#include <memory>

#include "io/cache_folder.h"
#include "io/dataset_files.h"
#include "io/file_bytes.h"
#include "io/http_get.h"
#include "io/versions.h"
#include "kernels/cpu/cpu_features.h"
#include "kernels/cpu/onednn_version.h"
#include "kernels/cuda/runtime/cuda_status.h"
#include "tools/bench/cpu_peaks.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "tools/thread_waits.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

struct DoctorOptions {
  std::string data, weights, model = "mobilenet";
};

#if defined(__x86_64__)
/// CPUID leaf 7, EDX bit 22 (Intel, "Architecture Instruction Set Extensions"); compilers of today do not know
/// it by name.
bool has_amx() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1) != 0;
}
#endif

std::string cpu_features() {
  std::string features;
  const auto note = [&](bool has, const char* name) {
    if (has) features += (features.empty() ? "" : ", ") + std::string(name);
  };
#if defined(__x86_64__)
  note(__builtin_cpu_supports("avx2"), "AVX2");
  note(__builtin_cpu_supports("fma"), "FMA");
  note(__builtin_cpu_supports("avx512f"), "AVX-512");
  note(__builtin_cpu_supports("avx512bf16"), "AVX-512 BF16");
  note(has_amx(), "AMX BF16");
#endif
  return features.empty() ? "none known" : features;
}

void report_bfloat16() {
  fmt::print("bfloat16      {}\n", cpu::multiplies_bfloat16()
                                       ? "--precision bf16 is possible on this CPU"
                                       : "--precision bf16 is not possible on this CPU");
}

/// With all threads; "bench" measures the same.
void report_peaks() {
  CpuStream stream(0);
  const bench::CpuPeaks single = bench::measure_cpu_peaks(stream, Precision::float32);
  fmt::print("at best       {:.0f} GFLOP/s in float32", 1e-9 * single.flops);
  if (cpu::multiplies_bfloat16())
    fmt::print(", {:.0f} in bfloat16",
               1e-9 * bench::measure_cpu_peaks(stream, Precision::bf16).flops);
  fmt::print(", {:.1f} GB/s of memory (measured, {} threads)\n", 1e-9 * single.bytes,
             stream.threads());
}

double memory_gib() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<double>(sysconf(_SC_PAGE_SIZE)) / (1 << 30);
}

/// "" where the environment names no such folder.
std::filesystem::path weights_folder() {
  try {
    return cache_folder() / "weights";
  } catch (const InputError&) {
    return "";
  }
}

void report_cache() {
  const std::filesystem::path folder = weights_folder();
  std::error_code error;
  std::string found;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error))
    if (it->path().extension() == ".h5") found += "\n              " + it->path().string();
  const std::optional<HttpLack> lack = http_lack();
  fmt::print("fetch         {}\n",
             lack ? fmt::format("no: {}; {}", lack->cause, lack->remedy) : "yes");
  if (folder.empty())
    fmt::print("weights       no folder for them: neither NANOPNEUMO_HOME nor HOME is set\n");
  else
    fmt::print("weights       in {}: {}\n", folder.string(), found.empty() ? "none" : found);
}

void report_devices() {
  const cuda::Status cuda = cuda::status();
  fmt::print("compiled for  {}\n", cuda::compiled_for());
  fmt::print("driver        {}\n",
             cuda.driver.empty() ? "no NVIDIA driver" : "NVIDIA, CUDA " + cuda.driver);
  fmt::print("devices       cpu\n              emulated: the CUDA source on the CPU\n");
  if (cuda.missing.empty())
    for (const std::string& gpu : cuda.gpus) fmt::print("              cuda: {}\n", gpu);
  else
    fmt::print("              no cuda: {}\n", cuda.missing);
}

/// Prints what `check` gives, or gives why it throws.
template <class Check>
std::string problem_of(const char* what, const Check& check) {
  try {
    fmt::print("{:<13} {}\n", what, check());
    return "";
  } catch (const InputError& error) {
    fmt::print("{:<13} PROBLEM, see the end\n", what);
    return error.what();
  }
}

void examine(const DoctorOptions& o) {
  fmt::print("nanopneumo    " NANOPNEUMO_VERSION "\n");
  fmt::print("CPU           {}\nfeatures      {}\n", cpu::processor_name(), cpu_features());
  report_bfloat16();
  report_peaks();
  fmt::print("threads       {} available to this process, {}\n", omp_get_num_procs(),
             describe_thread_waits());
  fmt::print("memory        {:.1f} GiB\n", memory_gib());
  fmt::print("libraries     oneDNN {}, HDF5 {}, fmt {}.{}.{}\n", onednn_version(), hdf5_version(),
             FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
  report_devices();
  report_cache();
  std::string data_problem, weights_problem;
  if (o.data.empty())
    fmt::print("data          none given; --data FOLDER checks one\n");
  else
    data_problem = problem_of("data", [&] {
      const DatasetFiles files = find_dataset(o.data, std::nullopt);
      return fmt::format(
          "{}: {} + {} images of {} and {}, by their names (data info reads them too)",
          shown(o.data), files.train.size(), files.validation.size(), files.classes[0],
          files.classes[1]);
    });
  if (!o.weights.empty())
    weights_problem = problem_of("weight file", [&] {
      const Architecture& architecture = find_architecture(o.model);
      const Graph graph = build_model(architecture, {250, 250, 3}, {});
      const KerasWeights weights =
          read_keras_weights(o.weights, {.name = graph.name(),
                                         .layers = expected_layers(graph),
                                         .top = top_layers(architecture, {})});
      return fmt::format("{} fits {} {} top", o.weights, architecture.title,
                         weights.left_out.empty() ? "without" : "with");
    });
  const bool both = !data_problem.empty() && !weights_problem.empty();
  const std::string problems = data_problem + (both ? "; and " : "") + weights_problem;
  if (!problems.empty()) throw InputError(problems);
}

}  // namespace

void add_doctor_command(Command app) {
  const auto o = std::make_shared<DoctorOptions>();
  const Command command =
      app.command("doctor", "Show what this machine offers and check data and weights");
  command.option("--data", o->data, "A data set to check");
  command.option("--weights", o->weights, "A Keras weight file to check");
  command.option("--model", o->model, "The model that the weight file is for");
  command.action([o] { examine(*o); });
}

}  // namespace nanopneumo
