#include "tools/bench/timing_device.h"

#include <chrono>

namespace nanopneumo::bench {

template <class Operation, class... Arguments>
void TimingStream::time(Operation operation, const Arguments&... arguments) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  (inner_.kernels<float>().*operation)(inner_.stream(), arguments...);
  inner_.stream().synchronize();
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  (record_->kernels<float>().*operation)(record_->stream(), arguments...);
  seconds_.resize(record_->stream().calls().size());
  seconds_[record_->stream().last()] += elapsed.count();
}

void TimingStream::clear() {
  record_ = std::make_unique<RecordingDevice>();
  seconds_.clear();
}

std::vector<TimedCalls> TimingStream::timed() const {
  std::vector<TimedCalls> result;
  const std::vector<RecordedCall>& calls = record_->stream().calls();
  for (std::size_t i = 0; i < calls.size(); ++i) result.push_back({calls[i], seconds_[i]});
  return result;
}

namespace {

using Table = Kernels<float>;

template <auto Operation>
struct Timed;

template <class... Arguments, Op<void(Stream&, Arguments...)> Table::*Operation>
struct Timed<Operation> {
  static void run(Stream& stream, Arguments... arguments) {
    static_cast<TimingStream&>(stream).time(Operation, arguments...);
  }
};

template <auto Operation>
constexpr auto timed = Timed<Operation>::run;

const Table kTable{
    .conv_forward = timed<&Table::conv_forward>,
    .conv_input_gradient = timed<&Table::conv_input_gradient>,
    .conv_weight_gradient = timed<&Table::conv_weight_gradient>,
    .depthwise_forward = timed<&Table::depthwise_forward>,
    .depthwise_input_gradient = timed<&Table::depthwise_input_gradient>,
    .depthwise_weight_gradient = timed<&Table::depthwise_weight_gradient>,
    .dense_forward = timed<&Table::dense_forward>,
    .dense_input_gradient = timed<&Table::dense_input_gradient>,
    .dense_weight_gradient = timed<&Table::dense_weight_gradient>,
    .batch_norm_training = timed<&Table::batch_norm_training>,
    .batch_norm_training_gradient = timed<&Table::batch_norm_training_gradient>,
    .batch_norm_inference = timed<&Table::batch_norm_inference>,
    .batch_norm_inference_gradient = timed<&Table::batch_norm_inference_gradient>,
    .moving_average = timed<&Table::moving_average>,
    .relu_forward = timed<&Table::relu_forward>,
    .relu_gradient = timed<&Table::relu_gradient>,
    .relu6_forward = timed<&Table::relu6_forward>,
    .relu6_gradient = timed<&Table::relu6_gradient>,
    .sigmoid_forward = timed<&Table::sigmoid_forward>,
    .sigmoid_gradient = timed<&Table::sigmoid_gradient>,
    .swish_forward = timed<&Table::swish_forward>,
    .swish_gradient = timed<&Table::swish_gradient>,
    .softmax_forward = timed<&Table::softmax_forward>,
    .softmax_gradient = timed<&Table::softmax_gradient>,
    .dropout = timed<&Table::dropout>,
    .max_pool_forward = timed<&Table::max_pool_forward>,
    .max_pool_gradient = timed<&Table::max_pool_gradient>,
    .batch_norm_max_pool = timed<&Table::batch_norm_max_pool>,
    .batch_norm_max_pool_gradient = timed<&Table::batch_norm_max_pool_gradient>,
    .average_pool_forward = timed<&Table::average_pool_forward>,
    .average_pool_gradient = timed<&Table::average_pool_gradient>,
    .global_average_pool_forward = timed<&Table::global_average_pool_forward>,
    .global_average_pool_gradient = timed<&Table::global_average_pool_gradient>,
    .zero_pad_forward = timed<&Table::zero_pad_forward>,
    .zero_pad_gradient = timed<&Table::zero_pad_gradient>,
    .add = timed<&Table::add>,
    .fill = timed<&Table::fill>,
    .write_slice = timed<&Table::write_slice>,
    .read_slice = timed<&Table::read_slice>,
    .rescale = timed<&Table::rescale>,
    .channel_scale_forward = timed<&Table::channel_scale_forward>,
    .channel_scale_gradient = timed<&Table::channel_scale_gradient>,
    .bce_with_logits_forward = timed<&Table::bce_with_logits_forward>,
    .bce_with_logits_gradient = timed<&Table::bce_with_logits_gradient>,
    .adam = timed<&Table::adam>,
    .normalize_image = timed<&Table::normalize_image>,
    .augment_image = timed<&Table::augment_image>,
};

}  // namespace

const Kernels<float>* TimingDevice::float_kernels() const { return &kTable; }

}  // namespace nanopneumo::bench
