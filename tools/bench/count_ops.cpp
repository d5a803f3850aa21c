#include <fmt/format.h>

#include "tools/bench/document.h"
#include "tools/bench/gpus.h"
#include "tools/bench/op_timing.h"
#include "tools/bench/operations.h"
#include "tools/bench/ops_options.h"
#include "tools/bench/profile_case.h"

namespace nanopneumo::bench {

void count_ops(const OpsOptions& o) {
  const Gpu& gpu = find_gpu(o.gpu.empty() ? "h100" : o.gpu);
  const std::unique_ptr<ProfiledDevice> device =
      make_profiled_device(o.device.threads, {}, o.precision());
  const std::unique_ptr<Device> cpu = make_cpu_device(o.device.threads);
  const std::string heading = fmt::format(
      "Counters of the CUDA kernels in the emulation{}. L2 and DRAM: bytes through L2, and at "
      "least from DRAM, over the compulsory bytes (each input read, each output written once). "
      "estimate: the least time that an {} could take, from its peaks; not a measurement.",
      o.examples ? std::string()
                 : fmt::format(" at batch {}, images {} times smaller a side", o.batch, o.scale),
      gpu.title);
  Table table({"op", "shape", "launches", "load sectors", "store sectors", "L2", "DRAM",
               "bank conflicts", "divergence", "faults", "estimate us"});
  for (const UsedShape& used : wanted_shapes(o)) {
    OpCase op_case = make_case(used.op, used.shape);
    require_profilable(op_case);
    if (o.precision() != Precision::float32)
      for (Operand& operand : op_case.operands) operand.tolerance = rival_tolerance(Math::tf32);
    const CaseProfile p = profile_case(*device, op_case, expected_outputs(*cpu, op_case));
    const double compulsory = op_case.compulsory_bytes();
    std::uint64_t faults = 0;
    for (int kind = 0; kind < profiler::kFindingKinds; ++kind)
      faults += p.count(static_cast<profiler::FindingKind>(kind));
    table.add(
        {used.op, used.shape.str(), std::to_string(p.launches.size()),
         fmt::format("{:.2f}", p.global_loads().transactions_per_request()),
         fmt::format("{:.2f}", p.global_stores().transactions_per_request()),
         fmt::format("{:.2f}x", p.l2_bytes() / compulsory),
         fmt::format("{:.2f}x", p.dram_bytes() / compulsory),
         fmt::format("{:.1f}%", 100 * conflicts(p.shared())),
         fmt::format("{:.1f}%", 100 * p.divergence()), std::to_string(faults),
         fmt::format("{:.2f}",
                     1e6 * roofline(gpu, op_case.flops, p.dram_bytes(), o.precision()).seconds)});
  }
  if (o.update.empty())
    fmt::print("{}\n\n{}", heading, table.text());
  else
    update_section(o.update, "counters", fmt::format("\n{}\n\n{}\n", heading, table.markdown()));
  write_csv(o, table);
}

}  // namespace nanopneumo::bench
