#include "kernels/emulator/profiler/request_counter.h"

#include <algorithm>
#include <bit>

namespace nanopneumo::profiler {
namespace {

constexpr std::uintptr_t kSectorBytes = 32;
constexpr std::uintptr_t kBanks = 32;
constexpr std::uintptr_t kBankBytes = 4;

const Access& any_of(const WarpRequest& request) {
  return **std::ranges::find_if(request, [](const Access* access) { return access != nullptr; });
}

// Distinct sectors, and how many it would take if the bytes lay together.
void count_sectors(const WarpRequest& request, Requests& counts) {
  struct Sector {
    std::uintptr_t number;
    std::uint32_t bytes;  // a bit each
  };
  std::array<Sector, emulator::kWarpSize * 2> sectors;
  std::size_t n = 0;
  for (const Access* access : request) {
    if (!access) continue;
    for (std::uintptr_t at = access->address, end = at + access->bytes; at < end;) {
      const std::uintptr_t number = at / kSectorBytes, first = at % kSectorBytes;
      const std::uintptr_t size = std::min(kSectorBytes - first, end - at);
      const auto bits = static_cast<std::uint32_t>(((std::uint64_t{1} << size) - 1) << first);
      std::size_t i = n;  // neighbours come last, most of the time
      while (i > 0 && sectors[i - 1].number != number) --i;
      if (i > 0)
        sectors[i - 1].bytes |= bits;
      else
        sectors[n++] = {number, bits};
      at += size;
    }
  }
  std::uint64_t distinct = 0;
  for (std::size_t i = 0; i < n; ++i)
    distinct += static_cast<unsigned>(std::popcount(sectors[i].bytes));
  counts.transactions = n;
  counts.ideal_transactions = (distinct + kSectorBytes - 1) / kSectorBytes;
}

// A warp's lanes are served together where they access up to 4 bytes each, in halves where 8, in
// quarters where 16. A bank gives one word at a time; lanes that want the same word share it, except
// for atomics, which change it one after the other.
void count_wavefronts(const WarpRequest& request, std::uintptr_t shared_base, Requests& counts) {
  const Access& first = any_of(request);
  const std::size_t lanes_together = first.bytes > 8   ? emulator::kWarpSize / 4
                                     : first.bytes > 4 ? emulator::kWarpSize / 2
                                                       : emulator::kWarpSize;
  for (std::size_t group = 0; group < request.size(); group += lanes_together) {
    std::array<std::array<std::uintptr_t, 2 * emulator::kWarpSize>, kBanks> words;
    std::array<std::size_t, kBanks> used{};
    for (std::size_t lane = group; lane < group + lanes_together; ++lane) {
      if (!request[lane]) continue;
      const std::uintptr_t start = request[lane]->address - shared_base;
      const std::uintptr_t last = (start + request[lane]->bytes - 1) / kBankBytes;
      for (std::uintptr_t word = start / kBankBytes; word <= last; ++word) {
        auto& bank = words[word % kBanks];
        std::size_t& n = used[word % kBanks];
        const auto end = bank.begin() + static_cast<std::ptrdiff_t>(n);
        if (first.kind == AccessKind::atomic || std::find(bank.begin(), end, word) == end)
          bank[n++] = word;
      }
    }
    const std::size_t wavefronts = *std::ranges::max_element(used);
    counts.transactions += wavefronts;
    counts.ideal_transactions += wavefronts > 0;
  }
}

}  // namespace

Requests count_request(const WarpRequest& request, std::uintptr_t shared_base) {
  Requests counts{.requests = 1};
  for (const Access* access : request) {
    if (!access) continue;
    ++counts.lanes;
    counts.bytes += access->bytes;
    ++counts.of_size[std::min<std::size_t>(std::bit_width(access->bytes) - 1u, 4)];
  }
  counts.divergent = counts.lanes < emulator::kWarpSize;
  if (any_of(request).space() == Space::global)
    count_sectors(request, counts);
  else
    count_wavefronts(request, shared_base, counts);
  return counts;
}

void RequestCounter::add(const WarpRequest& request, std::uintptr_t shared_base) {
  const Access& first = any_of(request);
  sites_[{first.pc, first.kind, first.space()}] += count_request(request, shared_base);
}

void RequestCounter::add_warp(Lanes lanes, std::uintptr_t shared_base) {
  // As long as the lanes go the same way, the i-th access of each belongs to one request.
  for (std::size_t i = 0;; ++i) {
    WarpRequest request{};
    const Access* first = nullptr;
    bool together = true;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      if (i >= lanes[lane].size()) continue;
      const Access& access = lanes[lane][i];
      if (!first) first = &access;
      together = together && access.pc == first->pc && access.kind == first->kind &&
                 access.space() == first->space();
      request[lane] = &access;
    }
    if (!first) return;
    if (!together) return add_divergent(lanes, i, shared_base);
    add(request, shared_base);
  }
}

void RequestCounter::add_divergent(Lanes lanes, std::size_t from, std::uintptr_t shared_base) {
  std::unordered_map<Key, std::vector<WarpRequest>, Hash> requests;
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    std::unordered_map<Key, std::size_t, Hash> done;
    for (std::size_t i = from; i < lanes[lane].size(); ++i) {
      const Access& access = lanes[lane][i];
      const Key key{access.pc, access.kind, access.space()};
      const std::size_t k = done[key]++;
      auto& of_site = requests[key];
      if (of_site.size() <= k) of_site.resize(k + 1);
      of_site[k][lane] = &access;
    }
  }
  for (const auto& [key, of_site] : requests)
    for (const WarpRequest& request : of_site) add(request, shared_base);
}

void RequestCounter::take(std::vector<SiteProfile>& into) {
  for (const auto& [key, counts] : sites_) {
    const auto same = std::ranges::find_if(into, [&key = key](const SiteProfile& site) {
      return site.pc == key.pc && site.kind == key.kind && site.space == key.space;
    });
    if (same == into.end())
      into.push_back({key.pc, key.space, key.kind, counts});
    else
      same->requests += counts;
  }
  sites_.clear();
}

}  // namespace nanopneumo::profiler
