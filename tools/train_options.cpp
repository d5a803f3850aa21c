#include "tools/train_options.h"

#include <limits>

#include "tools/options.h"

namespace nanopneumo {
namespace {

void add_device_options(ConfigOptions& options) {
  const auto typed = std::make_shared<DeviceOptions>();
  const Command command = options.command();
  add_device_options(command, *typed);
  add_plan_option(command, *typed);
  options.then([=](Config& config) {
    if (command.given("--device")) config.device = typed->device;
    if (command.given("--precision")) config.precision = typed->precision;
    if (command.given("--gemm")) config.gemm = typed->gemm;
    if (command.given("--plan")) config.plan = typed->plan;
    if (command.given("--threads")) config.threads = typed->threads;
  });
}

}  // namespace

void add_training_options(ConfigOptions& options) {
  options.add("--data", &Config::data,
              "Folder {train,test}/{CLASS_A,CLASS_B}, or CLASS_A, CLASS_B with --val-split");
  options.add("--val-split", &Config::validation_split,
              "Fraction of each class taken for validation");
  options
      .add_value<std::string>(
          "--protocol", "paper",
          "paper: validate on test/; honest: on patients split off train/, test/ once at the end",
          [](const std::string& text, Config& c) { c.protocol.kind = parse_protocol(text); })
      .one_of({"paper", "honest"});
  const auto add_protocol = [&](const char* name, auto Protocol::*member, const char* help) {
    return options.add(
        name, [member](Config & c) -> auto& { return c.protocol.*member; }, help);
  };
  add_protocol("--folds", &Protocol::folds, "Cross-validate train/ by patient in this many parts")
      .without_default();
  add_protocol("--fold", &Protocol::fold, "The part to validate on, from 1").without_default();
  add_protocol("--split-seed", &Protocol::split_seed, "Decides the honest split; --seed does not")
      .between(0, std::numeric_limits<std::int64_t>::max());
  options.add("--phantoms", &Config::phantoms, "Number of training phantoms without --data");
  options.add("--weights", &Config::weights,
              "Keras .h5 file for the backbone (no top), or none for a random one; default: the "
              "fetched one");
  options
      .add("--feature-cache", &Config::feature_cache,
           "Folder that keeps features of images that are not augmented for the next run, or none; "
           "default: features/ in the cache folder")
      .without_default();
  options.add("--epochs", &Config::epochs, "Passes over the training images");
  options.add("--batch", &Config::batch, "Images in a batch");
  options.add("--learning-rate", &Config::learning_rate, "Of Adam");
  options.add_value<std::string>(
      "--class-weight", "none",
      "none, balanced, or two numbers A,B for the classes in sorted order",
      [](const std::string& text, Config& c) { c.class_weights = ClassWeights::parse(text); });
  options.add("--dropout", &Config::dropout, "Rate in the head");
  options.add_value<std::string>("--image-size", "250", "Pixels a side, or HEIGHTxWIDTH",
                                 [](const std::string& text, Config& c) {
                                   const ImageSize size = parse_image_size(text);
                                   c.image_height = size.height;
                                   c.image_width = size.width;
                                 });
  options
      .add_value<std::string>("--interpolation", "nearest", "How images are resized",
                              [](const std::string& text, Config& c) {
                                c.interpolation = text == "nearest" ? Interpolation::nearest
                                                                    : Interpolation::bilinear;
                              })
      .one_of({"nearest", "bilinear"});
  options.add("--alpha", &Config::alpha, "MobileNet's width multiplier");
  options.add("--seed", &Config::seed, "Decides initial weights, order, augmentation, dropout")
      .between(0, std::numeric_limits<std::int64_t>::max());
  options.add("--loader-threads", &Config::loader_threads,
              "Threads that read images; 0: as --threads");
  options
      .add("--checkpoint-every", &Config::checkpoint_every,
           "Minutes after which the state is saved within an epoch too, which a kill goes back to; "
           "0: at the end of epochs only")
      .value_name("MINUTES");
  add_device_options(options);
}

}  // namespace nanopneumo
