// nanopneumo gradcam RUN IMAGE...
#include <memory>

#include "inside/feature_maps.h"
#include "tools/commands.h"
#include "tools/explain.h"
#include "tools/looking_inside.h"

namespace nanopneumo {

void run_gradcam(const GradcamOptions& o) {
  const TrainedRun run = load_run(o.inside.run, o.inside.checkpoint, o.inside.device);
  const Network& network = *run.network;
  const int node = o.layer.empty() ? last_feature_map(network.graph())
                                   : feature_map_called(network.graph(), o.layer);
  const Probe<float> probe(network.graph(), network.parameters(), network.device());
  const Placement placement = placement_of(network.graph(), node);
  explain(run, o.inside,
          {.name = "Grad-CAM",
           .folder = "gradcam",
           .shown = Shown::amounts_over_picture,
           .choice = Choice::right_and_wrong,
           .layer = network.graph().nodes()[static_cast<std::size_t>(node)].name,
           .speaks_for_a_class = true,
           .map_of =
               [&](const ImageSet& images, std::int64_t i, ClassSide side) {
                 HeatMap map =
                     gradcam<float>(probe.read(network_input(network, images, i), node), side);
                 map.placement = placement;
                 return map;
               }},
          o.class_name);
}

void add_gradcam_command(Command app) {
  const auto o = std::make_shared<GradcamOptions>();
  const Command command =
      app.command("gradcam", "Show where a run sees what it calls a picture for (Grad-CAM)");
  add_inside_options(command, o->inside, "gradcam");
  add_class_option(command, o->class_name);
  command.option("--layer", o->layer, "Name of a layer; default: the last feature map");
  command.action([o] { run_gradcam(*o); });
}

}  // namespace nanopneumo
