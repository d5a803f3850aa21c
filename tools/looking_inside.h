// The commands that look inside a run, to be called by others too.
#pragma once

#include <optional>
#include <string>

#include "tools/inside_subjects.h"

namespace nanopneumo {

struct GradcamOptions {
  InsideOptions inside;
  std::string layer;                  ///< empty: the last feature map
  std::string class_name = "called";  ///< or a class; add_class_option
};

struct OcclusionOptions {
  InsideOptions inside;
  std::string class_name = "called", score = "logit";
  std::optional<int> patch, stride;
};

struct FeaturemapsOptions {
  InsideOptions inside;
  std::string image, layers;  ///< `layers`: names with commas between; empty: the last of each size
  int channels = 36;
};

/// Each writes its pictures and a manifest.json into the run's folder, or where options.inside.out says.
/// Throws InputError for a run, image or layer that is not there.
void run_gradcam(const GradcamOptions& options);
void run_occlusion(const OcclusionOptions& options);
void run_featuremaps(const FeaturemapsOptions& options);

}  // namespace nanopneumo
