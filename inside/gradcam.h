// Grad-CAM: where the features lie that a class is called for.
#pragma once

#include "inside/heat_map.h"
#include "inside/probe.h"

namespace nanopneumo {

/// Which of the two classes a map speaks for. The network has one logit, the score of the positive class;
/// the score of the negative one is its negative, as in a softmax of two.
enum class ClassSide { negative, positive };

/// +1 or -1: what the logit is multiplied with to be the score of that class.
inline double sign_of(ClassSide side) { return side == ClassSide::positive ? 1 : -1; }

/// Selvaraju et al. 2017, equations 1 and 2: ReLU(sum_k alpha_k A_k), where A_k is channel k of a feature
/// map (1, P, Q, K) and alpha_k the mean of d(score)/d(A_k) over its places. The map is (P, Q), not scaled.
template <class T>
HeatMap gradcam(const typename Probe<T>::Reading& feature_map, ClassSide side);

}  // namespace nanopneumo
