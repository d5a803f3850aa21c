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

using Functions = Kernels<float>;

template <auto Operation>
struct Timed;

template <class... Arguments, Op<void(Stream&, Arguments...)> Functions::*Operation>
struct Timed<Operation> {
  static void run(Stream& stream, Arguments... arguments) {
    static_cast<TimingStream&>(stream).time(Operation, arguments...);
  }
};

template <auto Operation>
constexpr auto timed = Timed<Operation>::run;

const Functions kTable{
    .conv_forward = timed<&Functions::conv_forward>,
    .conv_input_gradient = timed<&Functions::conv_input_gradient>,
    .conv_weight_gradient = timed<&Functions::conv_weight_gradient>,
    .depthwise_forward = timed<&Functions::depthwise_forward>,
    .depthwise_input_gradient = timed<&Functions::depthwise_input_gradient>,
    .depthwise_weight_gradient = timed<&Functions::depthwise_weight_gradient>,
    .dense_forward = timed<&Functions::dense_forward>,
    .dense_input_gradient = timed<&Functions::dense_input_gradient>,
    .dense_weight_gradient = timed<&Functions::dense_weight_gradient>,
    .batch_norm_training = timed<&Functions::batch_norm_training>,
    .batch_norm_training_gradient = timed<&Functions::batch_norm_training_gradient>,
    .batch_norm_inference = timed<&Functions::batch_norm_inference>,
    .batch_norm_inference_gradient = timed<&Functions::batch_norm_inference_gradient>,
    .moving_average = timed<&Functions::moving_average>,
    .relu_forward = timed<&Functions::relu_forward>,
    .relu_gradient = timed<&Functions::relu_gradient>,
    .relu6_forward = timed<&Functions::relu6_forward>,
    .relu6_gradient = timed<&Functions::relu6_gradient>,
    .sigmoid_forward = timed<&Functions::sigmoid_forward>,
    .sigmoid_gradient = timed<&Functions::sigmoid_gradient>,
    .swish_forward = timed<&Functions::swish_forward>,
    .swish_gradient = timed<&Functions::swish_gradient>,
    .softmax_forward = timed<&Functions::softmax_forward>,
    .softmax_gradient = timed<&Functions::softmax_gradient>,
    .dropout = timed<&Functions::dropout>,
    .max_pool_forward = timed<&Functions::max_pool_forward>,
    .max_pool_gradient = timed<&Functions::max_pool_gradient>,
    .batch_norm_max_pool = timed<&Functions::batch_norm_max_pool>,
    .batch_norm_max_pool_gradient = timed<&Functions::batch_norm_max_pool_gradient>,
    .average_pool_forward = timed<&Functions::average_pool_forward>,
    .average_pool_gradient = timed<&Functions::average_pool_gradient>,
    .global_average_pool_forward = timed<&Functions::global_average_pool_forward>,
    .global_average_pool_gradient = timed<&Functions::global_average_pool_gradient>,
    .zero_pad_forward = timed<&Functions::zero_pad_forward>,
    .zero_pad_gradient = timed<&Functions::zero_pad_gradient>,
    .add = timed<&Functions::add>,
    .fill = timed<&Functions::fill>,
    .clip = timed<&Functions::clip>,
    .write_slice = timed<&Functions::write_slice>,
    .read_slice = timed<&Functions::read_slice>,
    .rescale = timed<&Functions::rescale>,
    .channel_scale_forward = timed<&Functions::channel_scale_forward>,
    .channel_scale_gradient = timed<&Functions::channel_scale_gradient>,
    .bce_with_logits_forward = timed<&Functions::bce_with_logits_forward>,
    .bce_with_logits_gradient = timed<&Functions::bce_with_logits_gradient>,
    .adam = timed<&Functions::adam>,
    .normalize_image = timed<&Functions::normalize_image>,
    .augment_image = timed<&Functions::augment_image>,
};

}  // namespace

const Kernels<float>* TimingDevice::float_kernels() const { return &kTable; }

}  // namespace nanopneumo::bench
