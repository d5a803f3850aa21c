// How long threads wait awake for the others of a loop.
#pragma once

#include <string>

namespace nanopneumo {

/// GCC's OpenMP lets a thread that is done wait awake for milliseconds. Where another program wants a core, the waiting
/// thread keeps one that it has no use for, and the thread that all wait for shares the other: a forward pass of MobileNet
/// then takes ten times as long, one whose threads soon go to sleep twice (docs/measurements.md). The runtime reads
/// how long from the environment while the program is loaded, so this starts the program once more, in the same process,
/// with GOMP_SPINCOUNT set. It returns where that or OMP_WAIT_POLICY is set already, and where the program cannot be
/// started again. `argv`: main's.
void shorten_thread_waits(char** argv);

/// What the environment tells the runtime: "waiting with GOMP_SPINCOUNT=1000".
std::string describe_thread_waits();

}  // namespace nanopneumo
