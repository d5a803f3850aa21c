#include "tensor/device.h"

#include <vector>

namespace nanopneumo {
namespace {

/// An upload to a device that copies nothing in the background.
class DirectUpload final : public Upload {
 public:
  explicit DirectUpload(Device& device) : device_(device) {}

  std::span<std::byte> fill(std::size_t bytes) override {
    data_.resize(bytes);
    return data_;
  }
  void send() override {}
  void read(const std::function<void(const void*)>& issue) override {
    Allocator& allocator = device_.allocator();
    const auto release = [&](void* memory) { allocator.release(memory, data_.size()); };
    const std::unique_ptr<void, decltype(release)> memory(allocator.allocate(data_.size()),
                                                          release);
    device_.copy_to_device(memory.get(), data_.data(), data_.size());
    issue(memory.get());
  }

 private:
  Device& device_;
  std::vector<std::byte> data_;
};

}  // namespace

std::unique_ptr<Upload> Device::make_upload() { return std::make_unique<DirectUpload>(*this); }

}  // namespace nanopneumo
