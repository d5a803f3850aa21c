// nanopneumo occlusion RUN IMAGE...
#include <fmt/format.h>

#include <memory>

#include "inside/occlusion_audit.h"
#include "io/file_bytes.h"
#include "tools/commands.h"
#include "tools/explain.h"
#include "tools/looking_inside.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

Patches patches_for(const OcclusionOptions& o, const Config& config) {
  const int shorter = std::min(config.image_height, config.image_width);
  Patches patches = default_patches(config.image_height, config.image_width);
  if (o.patch) patches = {*o.patch, (*o.patch + 1) / 2};
  if (o.stride) patches.stride = *o.stride;
  if (patches.size > shorter || patches.stride > patches.size)
    throw_input_error(
        "patches of {} pixels every {} do not cover pictures of {} x {}; give a --patch up to {} "
        "and a --stride up to --patch",
        patches.size, patches.stride, config.image_height, config.image_width, shorter);
  return patches;
}

}  // namespace

void run_occlusion(const OcclusionOptions& o) {
  const TrainedRun run = load_run(o.inside.run, o.inside.checkpoint, o.inside.device);
  const Network& network = *run.network;
  const Patches patches = patches_for(o, run.config);
  const bool is_audit = !o.inside.data.empty();
  std::vector<AuditedPicture> audited;
  const auto map_of = [&](const ImageSet& images, std::int64_t i, ClassSide side) {
    const Score score = [&](double logit) {
      const double of_class = sign_of(side) * logit;
      return o.score == "logit" ? of_class : probability(of_class);
    };
    HeatMap map =
        occlusion_map(network, images, i, patches, score, run.config.batch, o.inside.check);
    if (is_audit) {
      audited.push_back(audit_picture(network, images, i, run.config.batch));
      audited.back().share_in_border = share_in_border(map);
    }
    return map;
  };
  explain(run, o.inside,
          {.name = "Occlusion",
           .folder = "occlusion",
           .shown = Shown::signs_over_picture,
           .choice = Choice::spread,
           .layer = "",
           .speaks_for_a_class = true,
           .map_of = map_of},
          o.class_name);
  if (!is_audit) return;
  const std::filesystem::path file = inside_folder(o.inside, "occlusion") / "occlusion.json";
  const OcclusionAudit audit =
      summarise(std::move(audited), run.config.image_height, run.config.image_width);
  write_audit(file, audit, patches);
  fmt::print("{}written to {}\n", describe(audit), shown(file));
}

void add_occlusion_command(Command app) {
  const auto o = std::make_shared<OcclusionOptions>();
  const Command command =
      app.command("occlusion", "Show how a run's score changes where a patch is covered");
  add_inside_options(command, o->inside, "occlusion");
  add_class_option(command, o->class_name);
  command.option("--patch", o->patch, "Side of the patch in pixels; default: an eighth")
      .between(1, 16384);
  command.option("--stride", o->stride, "Pixels from patch to patch; default: half a patch")
      .between(1, 16384);
  command.option("--score", o->score, "What drops: the class's logit or its probability")
      .one_of({"logit", "probability"});
  command.action([o] { run_occlusion(*o); });
}

}  // namespace nanopneumo
