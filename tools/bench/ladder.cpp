#include "tools/bench/ladder.h"

#include <fmt/format.h>

#include <stdexcept>

#include "tensor/errors.h"
#include "tools/bench/op_timing.h"
#include "tools/bench/operations.h"
#include "tools/bench/profile_case.h"

namespace nanopneumo::bench {
namespace {

/// The case with its operation computed by one step. The last step multiplies in bfloat16.
OpCase by_step(const LadderStep& step, OpCase op_case) {
  if (const Fusion f = fusion(op_case.shape);
      f.bias || f.residual || f.activation != Activation::none)
    throw_input_error("the ladder's steps multiply and no more; leave what is fused out of \"{}\"",
                      op_case.shape.str());
  if (op_case.op == "dense_forward")
    op_case.call = [step, d = dense_dims(op_case.shape)](const Kernels<float>&, Stream& stream,
                                                         const Addresses& at) {
      step.product(stream, d, at.floats("x"), at.floats("w"), at.floats("y"));
    };
  else if (op_case.op == "conv_forward")
    op_case.call = [step, d = conv_dims(op_case.shape)](const Kernels<float>&, Stream& stream,
                                                        const Addresses& at) {
      step.convolution(stream, d, at.floats("x"), at.floats("w"), at.floats("y"));
    };
  else
    throw_input_error("the ladder has no {}; give dense_forward or conv_forward", op_case.op);
  if (step.name == "tensor_cores") op_case.operands.back().tolerance = rival_tolerance(Math::tf32);
  return op_case;
}

double thousand_products(const OpCase& op_case) { return op_case.flops / 2 / 1000; }

}  // namespace

Table count_ladder(const std::string& op, const std::string& shape, int threads) {
  const OpCase plain = make_case(op, ShapeWords(shape));
  require_profilable(plain);
  const std::unique_ptr<Device> cpu = make_cpu_device(threads);
  const std::unique_ptr<ProfiledDevice> device = make_profiled_device(threads);
  const Outputs expected = expected_outputs(*cpu, plain);
  Table table({"step", "launches", "through L2", "sectors a load", "bytes a load",
               "loads for 1000 products", "shared loads for 1000 products", "bank conflicts"});
  for (const LadderStep& step : ladder_of(*device)) {
    const OpCase op_case = by_step(step, plain);
    const CaseProfile p = profile_case(*device, op_case, expected);
    const profiler::Requests global = p.global_loads(), shared = p.shared_loads();
    const double lanes = static_cast<double>(global.lanes),
                 bytes = static_cast<double>(global.bytes);
    table.add(
        {std::string(step.name), std::to_string(p.launches.size()),
         fmt::format("{:.1f}x", p.l2_bytes() / op_case.compulsory_bytes()),
         fmt::format("{:.2f}", global.transactions_per_request()),
         fmt::format("{:.1f}", bytes / lanes),
         fmt::format("{:.1f}", lanes / thousand_products(op_case)),
         fmt::format("{:.1f}", static_cast<double>(shared.lanes) / thousand_products(op_case)),
         fmt::format("{:.1f}%", 100 * conflicts(p.shared()))});
  }
  return table;
}

Table time_ladder(const std::string& op, const std::string& shape, int threads, int repeats) {
  const OpCase plain = make_case(op, ShapeWords(shape));
  const std::unique_ptr<Device> cpu = make_cpu_device(threads);
  const std::unique_ptr<Device> device = make_device({.device = "cuda", .threads = threads});
  const std::unique_ptr<Stopwatch> stopwatch = gpu_stopwatch(*device);
  const Outputs expected = expected_outputs(*cpu, plain);
  Table table({"step", "us", "TFLOP/s"});
  for (const LadderStep& step : ladder_of(*device)) {
    const OpCase op_case = by_step(step, plain);
    const Buffers buffers(*device, op_case);
    const auto issue = [&] { op_case.call(device->kernels<float>(), device->stream(), buffers); };
    issue();
    if (const std::string wrong = difference(op_case, expected, outputs_of(op_case, buffers));
        !wrong.empty())
      throw std::logic_error(fmt::format("{} {} by {} is wrong: {}", op, shape, step.name, wrong));
    const double seconds = stopwatch->median_seconds(repeats, issue);
    table.add({std::string(step.name), fmt::format("{:.1f}", 1e6 * seconds),
               fmt::format("{:.2f}", 1e-12 * op_case.flops / seconds)});
  }
  return table;
}

}  // namespace nanopneumo::bench
