// nanopneumo saliency RUN IMAGE...
#include <limits>
#include <memory>

#include "inside/saliency.h"
#include "tensor/errors.h"
#include "tools/commands.h"
#include "tools/explain.h"

namespace nanopneumo {
namespace {

struct SaliencyOptions {
  InsideOptions inside;
  int smooth = 0;
  SmoothGrad smooth_grad;
};

void check(const SaliencyOptions& o, Command command) {
  if (!(o.smooth_grad.noise > 0 && o.smooth_grad.noise <= 1))
    throw_input_error("--noise {} is no share of a picture's range; give a number above 0, up to 1",
                      o.smooth_grad.noise);
  for (const char* option : {"--noise", "--seed"})
    if (o.smooth == 0 && command.given(option))
      throw_input_error("{} is of the noisy pictures of --smooth; give that too", option);
}

void run_saliency(const SaliencyOptions& o) {
  const TrainedRun run = load_run(o.inside.run, o.inside.checkpoint, o.inside.device);
  const Network& network = *run.network;
  const Probe<float> probe(network.graph(), network.parameters(), network.device());
  SmoothGrad smooth = o.smooth_grad;
  smooth.samples = o.smooth;
  explain(run, o.inside,
          {.name = o.smooth > 0 ? "SmoothGrad" : "Saliency",
           .folder = "saliency",
           .shown = Shown::amounts_alone,
           .choice = Choice::right_and_wrong,
           .layer = "",
           .speaks_for_a_class = false,
           .map_of =
               [&](const ImageSet& images, std::int64_t i, ClassSide) {
                 const Tensor<float> x = network_input(network, images, i);
                 return o.smooth > 0 ? smooth_saliency(probe, x, smooth) : saliency(probe, x);
               }},
          "called");
}

}  // namespace

void add_saliency_command(Command app) {
  const auto o = std::make_shared<SaliencyOptions>();
  const Command command =
      app.command("saliency", "Show how much each pixel would move a run's score");
  add_inside_options(command, o->inside, "saliency");
  command.option("--smooth", o->smooth, "SmoothGrad: the mean over so many noisy pictures")
      .between(1, 10'000)
      .without_default();
  command.option("--noise", o->smooth_grad.noise,
                 "SmoothGrad: standard deviation of the noise, as a share of the picture's range");
  command.option("--seed", o->smooth_grad.seed, "SmoothGrad: of the noise")
      .between(0, std::numeric_limits<std::int64_t>::max());
  command.action([o, command] {
    check(*o, command);
    run_saliency(*o);
  });
}

}  // namespace nanopneumo
