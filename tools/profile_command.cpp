// nanopneumo profile OP
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "tensor/errors.h"
#include "tools/bench/limits.h"
#include "tools/bench/op_timing.h"
#include "tools/bench/operations.h"
#include "tools/commands.h"
#include "tools/options.h"

namespace nanopneumo {
namespace {

using namespace bench;
using profiler::KernelProfile;
using profiler::Requests;
using profiler::SiteProfile;

struct ProfileOptions {
  std::string op, shape, gpu = "h100", precision = "float32";
  int places = 4, threads = 0;
};

Precision precision_of(const ProfileOptions& o) {
  if (o.precision == "bf16") return Precision::bf16;
  return o.precision == "tf32" ? Precision::tf32 : Precision::float32;
}

double per_request(std::uint64_t transactions, const Requests& r) {
  return r.requests ? static_cast<double>(transactions) / static_cast<double>(r.requests) : 0;
}

/// "8704 requests, 16.0 sectors each (16.0 at best), 12 % by less than a warp"
void print_requests(const char* what, const Requests& r, const char* unit) {
  if (!r.requests) return;
  fmt::print("  {:<15} {} requests, {:.2f} {} each ({:.2f} at best){}\n", what, r.requests,
             r.transactions_per_request(), unit, per_request(r.ideal_transactions, r),
             r.divergent
                 ? fmt::format(", {:.1f} % by less than a warp", 100 * per_request(r.divergent, r))
                 : "");
}

const char* name(profiler::AccessKind kind) {
  switch (kind) {
    case profiler::AccessKind::load:
      return "loads";
    case profiler::AccessKind::store:
      return "stores";
    case profiler::AccessKind::atomic:
      return "atomics";
  }
  return "";
}

/// The lines of source that cost the most transactions beyond the ideal ones, or else the most.
void print_places(const KernelProfile& launch, int places) {
  std::vector<const SiteProfile*> sites;
  for (const SiteProfile& site : launch.sites) sites.push_back(&site);
  const auto cost = [](const SiteProfile* s) {
    const Requests& r = s->requests;
    return std::pair(r.transactions - std::min(r.transactions, r.ideal_transactions),
                     r.transactions);
  };
  std::ranges::sort(sites, std::greater<>(), cost);
  sites.resize(std::min(sites.size(), static_cast<std::size_t>(places)));
  if (!sites.empty()) fmt::print("  most costly places:\n");
  for (const SiteProfile* site : sites)
    fmt::print("    {:>9} {} of {}, {:.2f} a request ({:.2f} at best): {}\n",
               site->requests.transactions,
               site->space == profiler::Space::shared ? "wavefronts" : "sectors", name(site->kind),
               site->requests.transactions_per_request(),
               per_request(site->requests.ideal_transactions, site->requests), site->source());
}

/// Registers, spills, occupancy and instructions of a kernel, for each GPU architecture that the
/// program has code for. Gives the occupancy on the last, newest one.
std::optional<Occupancy> print_code(const KernelProfile& launch, const std::string& name,
                                    const ProgramCode& code) {
  std::optional<Occupancy> last;
  for (const KernelCode& kernel : code.of(name)) {
    const Occupancy o =
        occupancy(multiprocessor(kernel.capability),
                  {static_cast<int>(launch.threads_per_block()), kernel.registers,
                   static_cast<std::size_t>(kernel.shared_bytes) + launch.dynamic_shared_bytes});
    fmt::print(
        "  sm_{:<12} {}{} registers, {} bytes of stack; {} blocks a multiprocessor: occupancy "
        "{:.0f} "
        "%, limited by {}\n",
        kernel.capability, kernel.kernel == name ? "" : kernel.kernel + ": ", kernel.registers,
        kernel.stack_bytes, o.blocks, 100 * o.share, o.limiter);
    last = o;
    if (kernel.kernel != name) continue;
    fmt::print(
        "                  instructions: {} loads, {} stores, {} of shared memory of 16 bytes; {} "
        "asynchronous copies, {} FFMA, {} tensor core products, {} spills\n",
        kernel.loads_16_bytes, kernel.stores_16_bytes, kernel.shared_16_bytes,
        kernel.asynchronous_copies, kernel.fused_multiply_adds, kernel.tensor_products,
        kernel.spills);
  }
  return last;
}

void print_launch(const KernelProfile& launch, const ProgramCode& code, const Gpu& gpu,
                  int places) {
  const std::string name = instance_name(launch);
  const bool is_called_so = name.starts_with(launch.kernel.substr(0, launch.kernel.find('<')));
  fmt::print("\n{}{}, grid ({}, {}, {}), block ({}, {}, {}), shared memory {} + {} bytes\n",
             is_called_so ? "" : launch.kernel + ": ", name, launch.grid.x, launch.grid.y,
             launch.grid.z, launch.block.x, launch.block.y, launch.block.z,
             launch.static_shared_bytes, launch.dynamic_shared_bytes);
  print_requests("global loads", launch.global_loads, "sectors");
  print_requests("global stores", launch.global_stores, "sectors");
  print_requests("global atomics", launch.global_atomics, "sectors");
  print_requests("shared loads", launch.shared_loads, "wavefronts");
  print_requests("shared stores", launch.shared_stores, "wavefronts");
  print_requests("shared atomics", launch.shared_atomics, "wavefronts");
  fmt::print("  traffic         {:.3f} MB through L2, at least {:.3f} MB of DRAM\n",
             1e-6 * static_cast<double>(launch.l2_bytes()),
             1e-6 * static_cast<double>(launch.dram_bytes()));
  const std::string findings = launch.findings_text();
  fmt::print("  faults          {}\n",
             findings.empty() ? "no races, no uninitialised reads" : findings);
  const std::optional<Occupancy> o = print_code(launch, name, code);
  print_places(launch, places);
  for (const std::string& sentence : limits({launch, o}, gpu)) fmt::print("  {}\n", sentence);
}

void print_totals(const OpCase& op_case, const CaseProfile& profile, const Gpu& gpu,
                  Precision precision) {
  const double compulsory = op_case.compulsory_bytes();
  const Roofline r = roofline(gpu, op_case.flops, profile.dram_bytes(), precision);
  fmt::print("\n{} launches together: {:.2f}x the compulsory bytes through L2, {:.2f}x from DRAM\n",
             profile.launches.size(), profile.l2_bytes() / compulsory,
             profile.dram_bytes() / compulsory);
  fmt::print("{}\n", bound(op_case, gpu, precision));
  fmt::print(
      "An {} takes at least {:.2f} us for it (estimate from its peaks, not a measurement).\n",
      gpu.title, 1e6 * r.seconds);
}

void profile(const ProfileOptions& o) {
  const Operation& operation = find_operation(o.op);
  const Gpu& gpu = find_gpu(o.gpu);
  OpCase op_case =
      make_case(operation.name, ShapeWords(o.shape.empty() ? operation.example : o.shape));
  require_profilable(op_case);
  const std::unique_ptr<ProfiledDevice> device =
      make_profiled_device(o.threads, {}, precision_of(o));
  const std::unique_ptr<Device> cpu = make_cpu_device(o.threads);
  fmt::print(
      "{}  {}\n{:.2f} MFLOP, {:.3f} MB compulsory (each input read, each output written "
      "once)\n",
      op_case.op, op_case.shape.str(), 1e-6 * op_case.flops, 1e-6 * op_case.compulsory_bytes());
  if (o.precision != "float32")
    for (Operand& operand : op_case.operands) operand.tolerance = rival_tolerance(Math::tf32);
  const CaseProfile profile = profile_case(*device, op_case, expected_outputs(*cpu, op_case));
  const ProgramCode code = read_program_code();
  for (const KernelProfile& launch : profile.launches) print_launch(launch, code, gpu, o.places);
  print_totals(op_case, profile, gpu, precision_of(o));
  if (!code.missing.empty()) fmt::print("({})\n", code.missing);
}

}  // namespace

void add_profile_command(Command app) {
  const auto o = std::make_shared<ProfileOptions>();
  const Command command = app.command(
      "profile", "Run one operation's CUDA kernels in the emulation and count what they do");
  command.option("OP", o->op, "An operation of kernels/kernels.h, such as conv_forward")
      .required()
      .without_default();
  command
      .option("--shape", o->shape,
              "Its sizes, as in \"N 1 H 62 W 62 C 32 K 64 R 3 S 3 stride 1 pad 0\"; without "
              "it, a shape of one of the networks")
      .without_default();
  command.option("--gpu", o->gpu, "The GPU that limits and estimates are about");
  command.option("--precision", o->precision, "float32, or tf32 or bf16 on tensor cores")
      .one_of({"float32", "tf32", "bf16"});
  command.option("--places", o->places, "How many lines of source to name for each launch")
      .between(0, 100);
  command.option("--threads", o->threads, "CPU threads; 0: all").between(0, 1024);
  command.action([o] { profile(*o); });
}

}  // namespace nanopneumo
