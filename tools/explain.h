// What gradcam, saliency and occlusion do with their maps.
#pragma once

#include <functional>

#include "inside/figure.h"
#include "inside/gradcam.h"
#include "tools/inside_subjects.h"

namespace nanopneumo {

/// A way to make a map of a picture.
struct Method {
  std::string name;    ///< "Grad-CAM"
  std::string folder;  ///< "gradcam", in the run's folder
  Shown shown;
  Choice choice;
  std::string layer;        ///< empty where it looks at none
  bool speaks_for_a_class;  ///< false where the map is the same for both
  std::function<HeatMap(const ImageSet& images, std::int64_t i, ClassSide side)> map_of;
};

/// "PNEUMONIA", say, or "called": that which the network calls a picture.
void add_class_option(Command command, std::string& name);

/// Writes a figure of each of the options' pictures, or plays the pointing game on phantoms, and writes
/// manifest.json. `class_name` as of add_class_option; maps of phantoms speak for the positive class.
/// Throws InputError for an unknown class.
void explain(const TrainedRun& run, const InsideOptions& options, const Method& method,
             const std::string& class_name);

}  // namespace nanopneumo
