#include "kernels/emulator/profiler/recorder.h"

#include <fmt/format.h>
#include <link.h>

#include <algorithm>

#include "kernels/emulator/block.h"
#include "kernels/emulator/profiler/source_of.h"

namespace nanopneumo::profiler {

using emulator::kWarpSize;

constinit thread_local Recorder* this_recorder = nullptr;

namespace {

std::uintptr_t number(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

template <class T>
bool lies_in(std::uintptr_t address, const T& object) {
  return address - number(&object) < sizeof object;
}

std::string str(emulator::uint3 v) { return fmt::format("({}, {}, {})", v.x, v.y, v.z); }

emulator::uint3 index_in(std::uint64_t i, const emulator::dim3& size) {
  return {static_cast<unsigned>(i % size.x), static_cast<unsigned>(i / size.x % size.y),
          static_cast<unsigned>(i / size.x / size.y)};
}

const char* verb(bool is_atomic, bool is_write) {
  return is_atomic ? "changes atomically" : is_write ? "writes" : "reads";
}

// Constants and tables of the program, which a kernel may read as a GPU's kernel reads constant memory.
bool is_static_data(std::uintptr_t address) {
  struct Search {
    std::uintptr_t address;
    bool found;
  } search{address, false};
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        for (int i = 0; i < object->dlpi_phnum; ++i) {
          const auto& part = object->dlpi_phdr[i];
          if (part.p_type == PT_LOAD &&
              wanted.address - (object->dlpi_addr + part.p_vaddr) < part.p_memsz)
            wanted.found = true;
        }
        return static_cast<int>(wanted.found);
      },
      &search);
  return search.found;
}

}  // namespace

void Recorder::block_begins(const emulator::LaunchConfig& launch, emulator::uint3 block,
                            const emulator::SharedMemory& shared) {
  config_ = launch;
  block_ = block;
  block_number_ = block.x + launch.grid.x * (block.y + launch.grid.y * block.z);
  threads_in_block_ = static_cast<unsigned>(launch.block.count());
  phase_ = 0;
  fenced_ = false;
  blocks_before_.clear();
  last_found_ = nullptr;
  if (threads_.size() < threads_in_block_) threads_.resize(threads_in_block_);
  for (Thread& thread : threads_) {
    thread.log.clear();
    thread.looked_at = 0;
    thread.known = {};
    thread.clock = 0;
  }
  shared_ = &shared;
  ++shared_serial_;
  if (shared_start_ != number(shared.storage().data())) {
    shared_start_ = number(shared.storage().data());
    shared_bytes_ = shared.storage().size();
    shared_written_ = ByteSet(shared_bytes_);
    shared_races_ = RaceShadow(shared_bytes_);
  }
  shared_written_.clear();
}

void Recorder::thread_runs(unsigned thread, const emulator::Fiber& fiber) {
  running_ = thread;
  stack_start_ = number(fiber.stack_start());
  stack_bytes_ = fiber.stack_bytes();
  this_recorder = this;
}

void Recorder::thread_stops() { this_recorder = nullptr; }

bool Recorder::is_of_the_emulation(std::uintptr_t address) const {
  return lies_in(address, emulator::threadIdx) || lies_in(address, emulator::blockIdx) ||
         lies_in(address, emulator::blockDim) || lies_in(address, emulator::gridDim) ||
         lies_in(address, emulator::this_block) ||
         address - launch_.stack_start < launch_.stack_end - launch_.stack_start;
}

void Recorder::record_elsewhere(const void* pc, std::uintptr_t address, std::size_t bytes,
                                AccessKind kind) {
  if (is_of_the_emulation(address)) return;
  Access access{pc, address, nullptr, static_cast<std::uint16_t>(bytes), kind};
  if (address - shared_start_ < shared_bytes_) {
    if (!shared_array(address, bytes))
      return report(FindingKind::out_of_bounds, running_, access, array_name(access));
  } else {
    if (!last_found_ || !last_found_->holds(address, bytes)) {
      Allocation* found = launch_.memory.find(address);
      if (!found || !found->holds(address, bytes)) {
        if (!found && !launch_.memory.is_near(address) && is_static_data(address)) return;
        return report(FindingKind::out_of_bounds, running_, access,
                      launch_.memory.describe_outside(address));
      }
      last_found_ = found;
    }
    access.allocation = last_found_;
  }
  if (address % bytes) report(FindingKind::misaligned, running_, access, array_name(access));
  threads_[running_].log.push_back(access);
  if (kind == AccessKind::atomic && access.allocation) acquire_by_atomic(address);
}

void Recorder::fence() {
  look_at(running_);
  fenced_ = true;
}

void Recorder::release_by_atomic(std::uintptr_t address) {
  if (!fenced_) return;
  look_at(running_);
  const std::lock_guard lock(launch_.memory.mutex());
  auto& released = launch_.released[address];
  released.insert(blocks_before_.begin(), blocks_before_.end());
  released.insert(block_number_);
}

void Recorder::acquire_by_atomic(std::uintptr_t address) {
  look_at(running_);
  const std::lock_guard lock(launch_.memory.mutex());
  const auto released = launch_.released.find(address);
  if (released != launch_.released.end())
    blocks_before_.insert(released->second.begin(), released->second.end());
}

bool Recorder::ordered(const Touch& earlier, const Touch& now) const {
  if (earlier.block != now.block) return blocks_before_.contains(earlier.block);
  if (earlier.thread == now.thread || earlier.phase != now.phase) return true;
  if (earlier.thread / kWarpSize != now.thread / kWarpSize) return false;
  return earlier.clock < threads_[now.thread].known[earlier.thread % kWarpSize];
}

void Recorder::look_at(unsigned thread) {
  Thread& self = threads_[thread];
  if (self.looked_at == self.log.size()) return;
  const std::lock_guard lock(launch_.memory.mutex());
  for (; self.looked_at < self.log.size(); ++self.looked_at)
    look_at(thread, self.log[self.looked_at]);
}

void Recorder::look_at(unsigned thread, const Access& access) {
  const bool reads = access.kind != AccessKind::store, writes = access.kind != AccessKind::load;
  Allocation* const global = access.allocation;
  const std::size_t offset = access.address - (global ? global->start : shared_start_);
  ByteSet& written = global ? global->written : shared_written_;
  if (reads && !written.contains(offset, access.bytes))
    report(FindingKind::uninitialised_read, thread, access, array_name(access));
  if (writes) written.insert(offset, access.bytes);
  if (global) {
    const auto note = [&](std::unique_ptr<ByteSet>& set) {
      if (!set) set = std::make_unique<ByteSet>(global->bytes);
      set->insert(offset, access.bytes);
    };
    if (reads) note(global->launch_reads);
    if (writes) note(global->launch_writes);
  }
  const Touch now{.block = block_number_,
                  .phase = phase_,
                  .thread = static_cast<std::uint16_t>(thread & 0x7FFF),
                  .is_atomic = access.kind == AccessKind::atomic,
                  .clock = threads_[thread].clock,
                  .pc_low = static_cast<std::uint32_t>(number(access.pc)),
                  .is_write = writes};
  RaceShadow& races = global ? global->races : shared_races_;
  if (const auto conflict =
          races.touch(global ? launch_.serial : shared_serial_, offset, access.bytes, now, *this))
    report_race(thread, access, *conflict);
}

void Recorder::warp_met(unsigned first_thread, unsigned mask) {
  ++warp_operations_;
  std::array<std::uint16_t, kWarpSize> joined{};
  unsigned all = 0;
  for (unsigned lane = 0; lane < kWarpSize && first_thread + lane < threads_in_block_; ++lane) {
    all |= 1u << lane;
    if (!(mask >> lane & 1)) continue;
    look_at(first_thread + lane);
    Thread& thread = threads_[first_thread + lane];
    thread.known[lane] = ++thread.clock;
    for (unsigned i = 0; i < kWarpSize; ++i) joined[i] = std::max(joined[i], thread.known[i]);
  }
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    if (mask >> lane & 1) threads_[first_thread + lane].known = joined;
  if (mask == all) count_warp(first_thread);
}

void Recorder::count_warp(unsigned first_thread) {
  std::array<std::vector<Access>, kWarpSize> lanes;
  const unsigned n = std::min(kWarpSize, threads_in_block_ - first_thread);
  for (unsigned lane = 0; lane < n; ++lane) lanes[lane].swap(threads_[first_thread + lane].log);
  requests_.add_warp(std::span(lanes).first(n), shared_start_);
  for (unsigned lane = 0; lane < n; ++lane) {
    lanes[lane].clear();
    threads_[first_thread + lane].log.swap(lanes[lane]);
    threads_[first_thread + lane].looked_at = 0;
  }
}

void Recorder::finish_phase() {
  for (unsigned thread = 0; thread < threads_in_block_; ++thread) look_at(thread);
  for (unsigned first = 0; first < threads_in_block_; first += kWarpSize) count_warp(first);
  for (unsigned thread = 0; thread < threads_in_block_; ++thread) {
    threads_[thread].known = {};
    threads_[thread].clock = 0;
  }
  ++phase_;
}

void Recorder::block_met() {
  ++block_barriers_;
  finish_phase();
}

void Recorder::block_ends() {
  finish_phase();
  static_shared_bytes_ =
      std::max(static_shared_bytes_, shared_->bytes_used() - shared_->dynamic_bytes());
}

void Recorder::take(KernelProfile& profile) {
  requests_.take(profile.sites);
  profile.block_barriers += block_barriers_;
  profile.warp_operations += warp_operations_;
  profile.static_shared_bytes = std::max(profile.static_shared_bytes, static_shared_bytes_);
  block_barriers_ = warp_operations_ = 0;
  static_shared_bytes_ = 0;
}

const emulator::SharedMemory::Array* Recorder::shared_array(std::uintptr_t address,
                                                            std::size_t bytes) const {
  const auto& arrays = shared_->arrays();
  const auto array = std::ranges::find_if(arrays, [&](const auto& a) {
    const std::uintptr_t offset = address - number(a.data);
    return offset < a.bytes && bytes <= a.bytes - offset;
  });
  return array == arrays.end() ? nullptr : &*array;
}

std::string Recorder::array_name(const Access& access) const {
  if (access.allocation)
    return fmt::format("byte {} of a global array of {} bytes",
                       access.address - access.allocation->start, access.allocation->bytes);
  // The last array that starts before it, in which it should lie.
  const emulator::SharedMemory::Array* nearest = &shared_->arrays().front();
  for (const auto& array : shared_->arrays())
    if (number(array.data) <= access.address && array.data > nearest->data) nearest = &array;
  return fmt::format("byte {} of shared array {} of {} bytes",
                     static_cast<std::intptr_t>(access.address - number(nearest->data)),
                     nearest->name, nearest->bytes);
}

std::string Recorder::who(unsigned thread) const {
  return fmt::format("thread {} of block {}", str(index_in(thread, config_.block)), str(block_));
}

std::string Recorder::in_kernel() const {
  return fmt::format("kernel {}, grid {}, block {}: ", config_.kernel,
                     str({config_.grid.x, config_.grid.y, config_.grid.z}),
                     str({config_.block.x, config_.block.y, config_.block.z}));
}

void Recorder::report(FindingKind kind, unsigned thread, const Access& access,
                      const std::string& where) {
  launch_.findings.add(kind, access.pc, nullptr, [&] {
    return fmt::format("{}{} {} {} bytes at {} ({})", in_kernel(), who(thread),
                       verb(access.kind == AccessKind::atomic, access.kind == AccessKind::store),
                       access.bytes, where, source_of(access.pc));
  });
}

void Recorder::report_race(unsigned thread, const Access& access,
                           const RaceShadow::Conflict& conflict) {
  const Touch& earlier = conflict.earlier;
  const auto* other_pc = reinterpret_cast<const void*>(
      (number(access.pc) & ~std::uintptr_t{0xFFFFFFFF}) | earlier.pc_low);
  launch_.findings.add(FindingKind::race, access.pc, other_pc, [&] {
    Access word = access;
    word.address = (access.allocation ? access.allocation->start : shared_start_) + conflict.offset;
    return fmt::format(
        "{}{} {} {} ({}), which thread {} of block {} {} ({}); nothing orders the two", in_kernel(),
        who(thread), verb(access.kind == AccessKind::atomic, access.kind == AccessKind::store),
        array_name(word), source_of(access.pc), str(index_in(earlier.thread, config_.block)),
        str(index_in(earlier.block, config_.grid)), verb(earlier.is_atomic, earlier.is_write),
        source_of(other_pc));
  });
}

}  // namespace nanopneumo::profiler
