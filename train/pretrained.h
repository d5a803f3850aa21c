// Keras' ImageNet weights for the layers of a graph.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/keras_weights.h"
#include "models/parameters.h"
#include "models/registry.h"

namespace nanopneumo {

/// What a weight file for the nodes 0 .. last of `graph` (-1: all) must hold.
std::vector<ExpectedLayer> expected_layers(const Graph& graph, int last = -1);

/// Fills the parameters of the nodes 0 .. last from `file`. Throws InputError, with nothing
/// changed, where the file does not fit.
template <class T>
void load_keras_weights(const std::filesystem::path& file, const Graph& graph,
                        Parameters<T>& parameters, int last = -1);

/// Where `nanopneumo fetch weights` puts `file`. Throws InputError as cache_folder does.
std::filesystem::path cached_weights(const WeightFile& file);

/// The weight file for a backbone: `given` where the user gave one (a path or "none"), else the fetched
/// one, with top where options.include_top. Throws InputError with the command that fetches it where
/// there is none.
std::string find_weights(const Architecture& architecture, const ModelOptions& options,
                         const std::string& given);

}  // namespace nanopneumo
