// Keras' ImageNet weights for the layers of a graph.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/keras_export.h"
#include "io/keras_weights.h"
#include "models/parameters.h"
#include "models/registry.h"

namespace nanopneumo {

/// What a weight file for the nodes 0 .. last of `graph` (-1: all) must hold.
std::vector<ExpectedLayer> expected_layers(const Graph& graph, int last = -1);

/// The layers with weights of the ImageNet classifier on top of a backbone: what a file of the whole
/// network has after those of the network without top. Empty where `options` include the top.
std::vector<ExpectedLayer> top_layers(const Architecture& architecture,
                                      const ModelOptions& options);

/// Fills the parameters of the nodes 0 .. last from `file`, which may hold `top` besides. Returns the
/// names of those layers where it does. Throws InputError, with nothing changed, where the file does
/// not fit.
template <class T>
std::vector<std::string> load_keras_weights(const std::filesystem::path& file, const Graph& graph,
                                            Parameters<T>& parameters, int last = -1,
                                            std::vector<ExpectedLayer> top = {});

/// Every layer of `graph` with the values of its parameters, to be written by keras_h5_file.
std::vector<ExportedLayer> exported_layers(const Graph& graph, const Parameters<float>& parameters);

/// What a user is told of the layers that load_keras_weights left out: a line, or nothing where there
/// are none.
std::string left_out_note(const std::filesystem::path& file,
                          const std::vector<std::string>& left_out);

/// Where `nanopneumo fetch weights` puts `file`. Throws InputError as cache_folder does.
std::filesystem::path cached_weights(const WeightFile& file);

/// The weight file for a backbone: `given` where the user gave one (a path or "none"), else the fetched
/// one, with top where options.include_top. Throws InputError with the command that fetches it where
/// there is none.
std::string find_weights(const Architecture& architecture, const ModelOptions& options,
                         const std::string& given);

}  // namespace nanopneumo
