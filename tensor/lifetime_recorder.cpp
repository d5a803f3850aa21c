#include "tensor/lifetime_recorder.h"

#include <algorithm>
#include <stdexcept>

namespace nanopneumo {

void* LifetimeRecorder::allocate(std::size_t bytes) {
  void* const address = reinterpret_cast<void*>(next_address_);
  next_address_ += (bytes / kAlignment + 1) * kAlignment;  // no two alike, also of no bytes
  held_.emplace(address, pieces_.size());
  pieces_.push_back({bytes, now_, now_});
  ++now_;
  statistics_.in_use += bytes;
  statistics_.peak_in_use = std::max(statistics_.peak_in_use, statistics_.in_use);
  return address;
}

void LifetimeRecorder::release(void* memory, std::size_t bytes) noexcept {
  statistics_.in_use -= bytes;
  const auto piece = held_.find(memory);
  if (piece == held_.end()) return;  // of before restart()
  pieces_[piece->second].last = now_++;
  held_.erase(piece);
}

void LifetimeRecorder::restart() {
  pieces_.clear();
  held_.clear();
  now_ = 0;
}

const std::vector<Lifetime>& LifetimeRecorder::lifetimes() const {
  if (!held_.empty()) throw std::logic_error("memory is still held whose lifetime is asked for");
  return pieces_;
}

}  // namespace nanopneumo
