#include "kernels/emulator/profiler/profiled_stream.h"

#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/emulator/profiler/recorder.h"

namespace nanopneumo::profiler {
namespace {

void find_stack_of_this_thread(LaunchRecord& record) {
  pthread_attr_t attributes;
  void* start = nullptr;
  std::size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes)) return;
  pthread_attr_getstack(&attributes, &start, &bytes);
  pthread_attr_destroy(&attributes);
  record.stack_start = reinterpret_cast<std::uintptr_t>(start);
  record.stack_end = record.stack_start + bytes;
}

}  // namespace

ProfiledStream::ProfiledStream(int threads, emulator::Schedule schedule, DeviceMemory& memory)
    : EmulatedStream(threads, schedule),
      memory_(memory),
      record_(new LaunchRecord{.memory = memory, .findings = {}, .released = {}}) {
  std::vector<emulator::BlockObserver*> observers;
  for (int i = 0; i < grid().threads(); ++i) {
    recorders_.push_back(std::make_unique<Recorder>(*record_));
    observers.push_back(recorders_.back().get());
  }
  grid().observe(observers);
}

ProfiledStream::~ProfiledStream() {
  if (workspace_) memory_.release(workspace_);
}

void* ProfiledStream::workspace(std::size_t bytes) {
  if (workspace_) memory_.release(std::exchange(workspace_, nullptr));
  workspace_ = memory_.allocate(bytes);
  std::memset(workspace_, 0xFF, bytes);  // NaN, as the plain emulation has it
  return workspace_;
}

void ProfiledStream::upload(void* device_memory, const void* host, std::size_t bytes) {
  EmulatedStream::upload(device_memory, host, bytes);
  memory_.mark_written(device_memory, bytes);
}

void ProfiledStream::run(const emulator::LaunchConfig& launch,
                         const std::function<void()>& kernel) {
  ++record_->serial;
  record_->released.clear();
  find_stack_of_this_thread(*record_);
  try {
    EmulatedStream::run(launch, kernel);
  } catch (...) {
    collect(launch);
    throw;
  }
  profiles_.push_back(collect(launch));
}

KernelProfile ProfiledStream::collect(const emulator::LaunchConfig& launch) {
  KernelProfile profile;
  profile.kernel = launch.kernel;
  profile.grid = launch.grid;
  profile.block = launch.block;
  profile.dynamic_shared_bytes = launch.shared_bytes;
  for (const auto& recorder : recorders_) recorder->take(profile);
  std::ranges::sort(profile.sites, {}, &SiteProfile::pc);
  for (const SiteProfile& site : profile.sites) {
    const bool global = site.space == Space::global;
    Requests& sum = site.kind == AccessKind::load
                        ? (global ? profile.global_loads : profile.shared_loads)
                    : site.kind == AccessKind::store
                        ? (global ? profile.global_stores : profile.shared_stores)
                        : (global ? profile.global_atomics : profile.shared_atomics);
    sum += site.requests;
  }
  for (auto& [start, allocation] : memory_.allocations()) {
    if (const auto reads = std::exchange(allocation.launch_reads, nullptr)) {
      profile.distinct_read_bytes += reads->count();
      profile.distinct_read_sectors += reads->count_sectors();
    }
    if (const auto writes = std::exchange(allocation.launch_writes, nullptr)) {
      profile.distinct_written_bytes += writes->count();
      profile.distinct_written_sectors += writes->count_sectors();
    }
  }
  profile.findings = record_->findings.take();
  return profile;
}

std::vector<KernelProfile> ProfiledStream::take_profiles() { return std::exchange(profiles_, {}); }

}  // namespace nanopneumo::profiler
