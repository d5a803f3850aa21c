// The pictures that gradcam, saliency, occlusion and featuremaps look at.
#pragma once

#include <optional>

#include "io/image_set.h"
#include "tools/signals.h"
#include "tools/trained_run.h"

namespace nanopneumo {

/// Where pictures come from and where what is seen of them goes.
struct InsideOptions {
  std::string run, checkpoint = "best", data, split, out;
  std::vector<std::string> images;
  int count = 8, phantoms = 0, pictures = 12;
  bool raw = false;
  DeviceOptions device;
  StopCheck check = [] {};  ///< between batches and pictures
};

/// RUN, IMAGE..., --data, --split, --count, --phantoms, --pictures, --raw, --out and the run's options.
/// `folder`: the default of --out, in the run's folder.
void add_inside_options(Command command, InsideOptions& options, const std::string& folder);

/// --out, or RUN/`folder`; made where it is missing. Throws InputError where that is not possible.
std::filesystem::path inside_folder(const InsideOptions& options, const std::string& folder);

/// Pictures with what the network says about them.
struct Subjects {
  ImageSet images;
  std::vector<std::optional<int>> labels;
  std::vector<double> logits;
};

/// Which pictures of --data are taken.
enum class Choice {
  spread,          ///< evenly over all
  right_and_wrong  ///< half of them wrongly called, the surest first, where there are as many; else spread
};

/// The images of the options, or --count of those of --data. The label of a single image is known where its
/// folder is called like a class. Throws InputError where neither or both were given.
Subjects load_subjects(const TrainedRun& run, const InsideOptions& options, Choice choice);

/// Picture `i` as the network's input (1, H, W, 3).
Tensor<float> network_input(const Network& network, const ImageSet& images, std::int64_t i);

}  // namespace nanopneumo
