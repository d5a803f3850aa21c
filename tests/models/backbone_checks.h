// The comparison of a backbone with Keras, the same for each of the seven.
//
// Every file of a backbone carries a few of Keras' figures with formula weights, taken from the goldens
// (goldens/<model>, goldens/training; formula.md says how weights and images come about), so that a clone
// without the shared data compares with Keras too. Where the data is there, everything in it is compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/graph.h"
#include "tests/support/golden_tensor.h"

namespace nanopneumo::test {

/// Keras' figures of one network without top.
struct BackboneFigures {
  std::string model;  ///< in the registry and the goldens
  // At 250 x 250.
  std::int64_t parameters, non_trainable;
  std::int64_t layers_with_weights;
  Shape map;
  /// fingerprint() of Keras' layers without and with top, and the number of parameters with it.
  std::uint64_t layers, layers_with_top;
  std::int64_t parameters_with_top;

  /// What is allowed in float32, as a share of the largest golden value. Float32 Keras itself differs
  /// from the float64 goldens by up to 7e-7, EfficientNetB4 by 6e-6.
  double float_tolerance = 2e-5;
  /// The same of pooled features in bfloat16. OpenVINO 2026.4's are as far off: by up to 0.011, EfficientNetB4's 0.040 and
  /// VGG16's, whose many filters at full size sum what others normalise, 0.021.
  double bfloat16_tolerance = 0.012;

  // Formula image 0 at 96 x 96.
  struct LayerRow {
    std::string layer;
    double mean, std, maxabs;
  };
  std::vector<LayerRow> outputs;
  std::vector<double> pooled;  ///< the first pooled features

  /// Of formula image 0 at 131 x 97, twelve, strided: odd lengths tell one padding from another.
  std::vector<double> pooled_131x97;

  // At the smallest height and 14 pixels more of width, by other numbers of the formula (kOtherImage,
  // kOtherStep in backbone_small.cpp).
  std::vector<double> small_pooled;   ///< twelve, strided
  std::vector<double> small_classes;  ///< eight probabilities of the network with top, strided

  // Two formula images, loss = mean over them of sum_j pooled[j] T[j].
  struct Gradients {
    double loss;
    std::vector<GoldenTensor> gradients;
  };
  int gradient_size;                         ///< height and width
  Gradients inference;                       ///< batch normalisation by the moving statistics
  Gradients training;                        ///< and by those of the batch
  std::vector<GoldenTensor> moving_after{};  ///< moving statistics after the training pass
};

/// A number that depends on the names, order and classes of all layers and the names and shapes of their
/// weights.
std::uint64_t fingerprint(const Graph&);

/// Number of parameters and layers, shape of the map; names, order and shapes of all weights.
void check_description(const BackboneFigures&);
/// The double reference at 96 x 96, layer by layer.
void check_reference(const BackboneFigures&);
/// Float32 on the CPU at every golden size, layer by layer and as a FrozenPlan.
void check_features_in_float(const BackboneFigures&);
/// Pooled features in bfloat16 at every golden size, where the CPU multiplies it.
void check_features_in_bfloat16(const BackboneFigures&);

/// At the smallest size, not square, without and with top: on the double reference to 1e-9, in float32 on the
/// CPU and as CUDA kernels in the emulation (and on a GPU).
void check_at_smallest_size(const BackboneFigures&);

enum class BatchNormMode { inference, training };

/// Gradients of all parameters on the double reference, to 1e-8.
void check_gradients_of_reference(const BackboneFigures&, BatchNormMode);
/// Gradients in float32 on the CPU. Less what kinks of ReLU and max pooling account for (tests/support/kinks.h), they
/// agree with Keras' to 1e-3 with batch normalisation in inference mode and 1e-2 in training mode; with the double
/// reference at the same point to a tenth of that.
void check_gradients_in_float(const BackboneFigures&, BatchNormMode);

}  // namespace nanopneumo::test
