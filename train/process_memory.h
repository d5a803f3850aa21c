// How much memory the process has used.
#pragma once

#include <cstdint>

namespace nanopneumo {

/// The largest resident size of the process, in MiB, since it began or since reset_peak_memory.
std::int64_t peak_memory_mib();

/// The resident size of the process now, in MiB; 0 where the system does not say (Linux' /proc/self/status).
std::int64_t resident_memory_mib();

/// That part of resident_memory_mib() which are pages of files, image sets among them: the system takes those away where
/// memory is short, and reads them again.
std::int64_t file_memory_mib();

/// What this machine has for all processes, RAM and swap, in MiB.
std::int64_t machine_memory_mib();

/// From here on the peak is counted anew, where the kernel lets a process ask for that (Linux'
/// /proc/self/clear_refs); elsewhere nothing happens.
void reset_peak_memory();

}  // namespace nanopneumo
