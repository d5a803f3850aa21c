// Reverse-mode differentiation on a tape.
//
// Every operation that a trainable value flows through appends one record to the tape: where the
// gradient of its output will be gathered, and a function that turns that gradient into
// contributions to the gradients of its inputs. Going through the tape backwards applies the chain
// rule.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace nanopneumo {

/// Where d(loss)/d(value) is gathered for one value. A value that is used twice receives two
/// contributions, which are added.
template <class T>
class Gradient {
 public:
  /// For an intermediate value: memory is taken when the first contribution arrives.
  Gradient(Device& device, Shape shape) : device_(&device), shape_(shape) {}
  /// For a parameter: contributions go into `destination`, a part of the flat gradient buffer.
  explicit Gradient(Tensor<T> destination)
      : device_(&destination.device()),
        shape_(destination.shape()),
        destination_(destination),
        value_(destination) {}

  /// `write(tensor)` must overwrite `tensor` with a contribution. It is given the gradient's own
  /// memory for the first contribution, and memory of its own, added afterwards, for further ones.
  template <class Write>
  void contribute(Write&& write) {
    if (!arrived_) {
      if (!value_.defined()) value_ = Tensor<T>(*device_, shape_);
      write(value_);
      arrived_ = true;
    } else {
      Tensor<T> further(*device_, shape_);
      write(further);
      add(further);
    }
  }
  /// A contribution that exists already; its memory is kept, not copied, where that is possible.
  void contribute_tensor(const Tensor<T>& contribution);

  bool arrived() const { return arrived_; }
  const Shape& shape() const { return shape_; }
  /// The sum of the contributions. Only where arrived().
  const Tensor<T>& value() const;
  /// Gives the sum away; an intermediate value's memory then goes with the returned handle.
  Tensor<T> take();
  /// Forgets what has arrived; the next contribution is a first one again.
  void reset();
  /// Zero if nothing has arrived, so that a parameter without influence has a gradient too.
  void finish();

 private:
  void add(const Tensor<T>& contribution);

  Device* device_;
  Shape shape_;
  Tensor<T> destination_;  ///< undefined for intermediate values
  Tensor<T> value_;
  bool arrived_ = false;
};

/// A tensor in a computation; `gradient` is null where no trainable parameter reaches it.
template <class T>
struct Variable {
  Tensor<T> value;
  std::shared_ptr<Gradient<T>> gradient = nullptr;

  const Shape& shape() const { return value.shape(); }
  bool requires_gradient() const { return gradient != nullptr; }
};

/// The record of one forward pass.
template <class T>
class Tape {
 public:
  /// Receives the gradient of the operation's output. The handle is the operation's own: where it
  /// is unique(), its memory may be overwritten.
  using Backward = std::function<void(Tensor<T> dy)>;

  enum class Recording { on, off };

  explicit Tape(Device& device, Recording recording = Recording::on)
      : device_(&device), recording_(recording) {}

  Device& device() const { return *device_; }
  const Kernels<T>& kernels() const { return device_->kernels<T>(); }
  Stream& stream() const { return device_->stream(); }
  bool recording() const { return recording_ == Recording::on; }

  /// The result `value` of an operation with these inputs. Where one of them requires a gradient,
  /// the result does too, and `backward` is kept until backward() has passed; else it is dropped
  /// here, and with it every activation it holds.
  Variable<T> result(Tensor<T> value, std::span<const Variable<T>* const> inputs,
                     Backward backward);
  Variable<T> result(Tensor<T> value, std::initializer_list<const Variable<T>*> inputs,
                     Backward backward) {
    return result(std::move(value), std::span(inputs.begin(), inputs.size()), std::move(backward));
  }

  /// Gradients of `loss` (one element) with respect to every value that requires one. Each record
  /// is dropped, with the activations it holds, as soon as it has been used; the tape is empty
  /// afterwards.
  void backward(const Variable<T>& loss);

  std::size_t records() const { return records_.size(); }

 private:
  struct Record {
    std::shared_ptr<Gradient<T>> output;
    Backward backward;
  };

  Device* device_;
  Recording recording_;
  std::vector<Record> records_;
};

}  // namespace nanopneumo
