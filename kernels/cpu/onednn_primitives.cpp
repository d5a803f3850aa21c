#include "kernels/cpu/onednn_primitives.h"

#include <algorithm>
#include <utility>

namespace nanopneumo::cpu {
namespace {

constexpr std::size_t kAlignment = 64;

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t size_of(const dnnl::memory& memory) { return memory.get_desc().get_size(); }

dnnl::memory unbound(const dnnl::engine& engine, const dnnl::memory::desc& layout) {
  return {layout, engine, DNNL_MEMORY_NONE};
}

void set_data(dnnl::memory& memory, const float* data) {
  memory.set_data_handle(
      const_cast<float*>(data));  // oneDNN has one kind of handle, inputs included
}

dnnl::reorder::primitive_desc describe_copy(const dnnl::engine& engine,
                                            const dnnl::memory::desc& from,
                                            const dnnl::memory::desc& to) {
  return {engine, from, engine, to, user_scratchpad()};
}

void copy(CpuStream& stream, dnnl::reorder& reorder, dnnl::memory& from, dnnl::memory& to,
          dnnl::memory& scratchpad) {
  reorder.execute(stream.onednn().stream,
                  {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, scratchpad}});
}

}  // namespace

dnnl::primitive_attr user_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

CachedPrimitive::CachedPrimitive(const dnnl::engine& engine, dnnl::primitive primitive,
                                 const dnnl::memory::desc& scratchpad,
                                 const std::vector<Operand>& operands,
                                 const std::optional<PackedOperand>& packed)
    : primitive_(std::move(primitive)) {
  for (const Operand& operand : operands)
    operands_.emplace(operand.argument, unbound(engine, operand.layout));
  operands_.emplace(DNNL_ARG_SCRATCHPAD, unbound(engine, scratchpad));
  if (!packed) return;
  weights_argument_ = packed->argument;
  operands_.emplace(weights_argument_, unbound(engine, packed->preferred));
  if (packed->preferred == packed->keras) return;
  const auto pack = describe_copy(engine, packed->keras, packed->preferred);
  const auto unpack = describe_copy(engine, packed->preferred, packed->keras);
  packing_ = Packing{.keras = unbound(engine, packed->keras),
                     .preferred = operands_.at(weights_argument_),
                     .pack = dnnl::reorder(pack),
                     .unpack = dnnl::reorder(unpack),
                     .pack_scratchpad = unbound(engine, pack.scratchpad_desc()),
                     .unpack_scratchpad = unbound(engine, unpack.scratchpad_desc())};
}

void* CachedPrimitive::attach(CpuStream& stream, std::size_t bytes) {
  dnnl::memory& scratchpad = operands_.at(DNNL_ARG_SCRATCHPAD);
  std::size_t scratchpad_bytes = size_of(scratchpad);
  std::size_t packed_bytes = 0;
  if (packing_) {
    scratchpad_bytes = std::max({scratchpad_bytes, size_of(packing_->pack_scratchpad),
                                 size_of(packing_->unpack_scratchpad)});
    packed_bytes = aligned(size_of(packing_->preferred));
  }
  const std::size_t own_bytes = packed_bytes + aligned(scratchpad_bytes);
  auto* memory = static_cast<std::byte*>(stream.workspace(own_bytes + bytes));
  scratchpad.set_data_handle(memory + packed_bytes);
  if (!packing_) return memory + own_bytes;
  packing_->preferred.set_data_handle(memory);
  packing_->pack_scratchpad.set_data_handle(memory + packed_bytes);
  packing_->unpack_scratchpad.set_data_handle(memory + packed_bytes);
  return memory + own_bytes;
}

void CachedPrimitive::bind(int argument, const float* data) {
  set_data(operands_.at(argument), data);
}

void CachedPrimitive::load_weights(CpuStream& stream, const float* w) {
  if (!packing_) return bind(weights_argument_, w);
  set_data(packing_->keras, w);
  copy(stream, packing_->pack, packing_->keras, packing_->preferred, packing_->pack_scratchpad);
}

void CachedPrimitive::execute(CpuStream& stream) {
  primitive_.execute(stream.onednn().stream, operands_);
  stream.onednn().stream.wait();
}

void CachedPrimitive::execute_into_weights(CpuStream& stream, float* w) {
  if (!packing_) {
    bind(weights_argument_, w);
    return execute(stream);
  }
  execute(stream);
  set_data(packing_->keras, w);
  copy(stream, packing_->unpack, packing_->preferred, packing_->keras, packing_->unpack_scratchpad);
}

}  // namespace nanopneumo::cpu
