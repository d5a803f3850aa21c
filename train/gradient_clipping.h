// Gradients that are kept small (Pascanu et al. 2013), as Keras' optimisers do it.
#pragma once

#include <string>

#include "models/parameters.h"

namespace nanopneumo {

struct Clipping {
  enum class Kind {
    none,
    norm,         ///< clipnorm: each parameter's gradient to an L2 norm of at most `limit`
    global_norm,  ///< global_clipnorm: all of them together
    value         ///< clipvalue: each element to -limit .. limit
  };
  Kind kind = Kind::none;
  double limit = 0;

  bool operator==(const Clipping&) const = default;
  static Kind parse(const std::string& name);  ///< throws InputError for another name than these
  std::string name() const;                    ///< "none", "norm", "global_norm", "value"
  /// Throws InputError for a limit that is not above 0.
  void validate() const;
};

/// Clips the gradients of `parameters` (keras.optimizers.Optimizer._clip_gradients).
template <class T>
void clip_gradients(const Clipping& clipping, const Parameters<T>& parameters);

}  // namespace nanopneumo
