// Who draws from which stream of the counter RNG. A number is never given to two uses.
#pragma once

#include <cstdint>

namespace nanopneumo {

inline constexpr std::uint32_t kInitializerStream = 1;   ///< step: number of the parameter
inline constexpr std::uint32_t kShuffleStream = 2;       ///< step: epoch
inline constexpr std::uint32_t kAugmentationStream = 3;  ///< step: epoch; element: image, draw
inline constexpr std::uint32_t kPhantomStream = 4;       ///< training phantoms
inline constexpr std::uint32_t kPhantomTestStream = 5;   ///< validation phantoms
inline constexpr std::uint32_t kTestTimeStream = 6;      ///< step: number of the version
inline constexpr std::uint32_t kBootstrapStream = 8;     ///< step: replicate; element: draw
inline constexpr std::uint32_t kPointingStream = 20;     ///< phantoms of the pointing game
inline constexpr std::uint32_t kSmoothGradStream = 21;   ///< step: number of the noisy picture
inline constexpr std::uint32_t kLayerStream = 1000;  ///< + number of the layer; step: training step

}  // namespace nanopneumo
