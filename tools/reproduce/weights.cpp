// Which weights the backbones of `nanopneumo reproduce` begin with.
#include <algorithm>

#include "models/registry.h"
#include "tensor/errors.h"
#include "tools/reproduce/plan.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

/// The file in `folder` under one of the names that Keras gives it; empty where there is none.
std::string weights_in(const fs::path& folder, const Architecture& architecture) {
  for (const bool top : {false, true}) {
    const fs::path file = folder / architecture.weights_file(top).name;
    std::error_code error;
    if (fs::is_regular_file(file, error)) return fs::absolute(file).string();
  }
  return "";
}

}  // namespace

void settle_weights(ReproducePlan& plan, const std::string& folder) {
  std::error_code error;
  if (!folder.empty() && !fs::is_directory(folder, error))
    throw_input_error("--weights-dir {} is no folder; give the one that holds Keras' weight files",
                      folder);
  std::vector<std::string> ready;
  for (const std::string& model : plan.models) {
    const Architecture& architecture = find_architecture(model);
    if (architecture.is_backbone) try {
        const std::string given = plan.options.weights == "none" ? "none"
                                  : folder.empty()               ? ""
                                                                 : weights_in(folder, architecture);
        plan.weights[model] = find_weights(architecture, plan.options.model_options(), given);
      } catch (const InputError& missing) {
        plan.skipped[model] = missing.what();
        continue;
      }
    ready.push_back(model);
  }
  plan.models = std::move(ready);
}

}  // namespace nanopneumo
