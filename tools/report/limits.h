// What every reader of a result has to know, for the report and the model card.
#pragma once

#include <array>
#include <string_view>

namespace nanopneumo::report {

/// Sentences that are the same in HTML and in Markdown.
inline constexpr std::array<std::string_view, 6> kLimits{
    "Not a medical device: no figure here allows a conclusion about a patient.",
    "The X-rays of the paper's data set are of children of one to five years from one hospital. A "
    "published network that reached an AUC of 0.95 on them had 0.54 on children of another "
    "hospital (doi 10.1007/s10140-021-01954-x).",
    "Networks take shortcuts: brightness, size, a letter on the film. Accuracy does not show it; "
    "Grad-CAM, occlusion and the data audit may.",
    "Several images belong to one patient. Where training and validation images share patients, "
    "the figures are too good.",
    "The best epoch and every threshold shown were chosen on the validation images. Only images "
    "that were touched once, at the end, measure without that advantage.",
    "An interval covers the chance of which images were drawn, not that of another seed, another "
    "hospital or another camera."};

}  // namespace nanopneumo::report
