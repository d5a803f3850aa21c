// One layer alone on the reference device: its output and its gradients.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "layers/layer.h"
#include "tests/kernels/case_random.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/numeric_gradient.h"
#include "tests/support/weighted_sum.h"

namespace nanopneumo::test {

/// What a gradient check of a layer varies. A frozen parameter, or input, has no gradient.
struct LayerCase {
  std::string what;
  std::vector<Shape> inputs;  ///< without batch axis
  int batch = 2;
  bool training = false;
  std::vector<std::string> frozen{};  ///< names of parameters, or "input"
};

/// A layer with random inputs and parameters in double.
class LayerUnderTest {
 public:
  LayerUnderTest(const Layer& layer, const LayerCase& c) : layer_(layer), case_(c) {
    CaseRandom random(c.what, 0);
    for (const Shape& image : c.inputs) {
      inputs_.push_back({"input", image.with_batch(c.batch), {}, is_trained("input")});
      inputs_.back().values = distinct(random, inputs_.back().shape.elements());
    }
    for (const ParameterSpec& spec : layer.parameters(c.inputs)) {
      parameters_.push_back({spec.name, spec.shape, {}, spec.trainable && is_trained(spec.name)});
      const bool positive = spec.name == "gamma" || spec.name.ends_with("variance");
      for (std::int64_t i = 0; i < spec.shape.elements(); ++i)
        parameters_.back().values.push_back(random.uniform(positive ? 0.5 : -1, positive ? 2 : 1));
    }
    Shape output = layer.output_shape(c.inputs).with_batch(c.batch);
    for (std::int64_t i = 0; i < output.elements(); ++i) weights_.push_back(random.uniform(-1, 1));
  }

  /// Compares the gradients of sum w y of everything that is trained with central differences, and
  /// the output's shape with output_shape. The problem found, or nothing.
  std::string check() {
    Run run(*device_, *this);
    if (run.output_shape != layer_.output_shape(case_.inputs).with_batch(case_.batch))
      return "the output is " + run.output_shape.str();
    if (!run.gradients_possible) return any_trained() ? "nothing was recorded" : "";
    std::string problems;
    for (Operand* operand : operands()) {
      if (!operand->trained) continue;
      const Values found = run.gradient_of(*operand).to_host();
      const Values kept = operand->values;
      const Values numeric = numeric_gradient(kept, [&](const Values& values) {
        operand->values = values;
        const double loss = Run(*device_, *this, Tape<double>::Recording::off).loss;
        operand->values = kept;
        return loss;
      });
      const double error = gradient_error(found, numeric);
      if (!(error <= 1))
        problems += fmt::format("{}: {} times what is allowed; ", operand->name, error);
      count_cases();
    }
    return problems;
  }

 private:
  struct Operand {
    std::string name;
    Shape shape;
    Values values;
    bool trained;
  };

  /// One forward pass, and backward where it was recorded.
  struct Run {
    Run(Device& device, LayerUnderTest& test,
        Tape<double>::Recording recording = Tape<double>::Recording::on) {
      Tape<double> tape(device, recording);
      const auto variable = [&](const Operand& operand) {
        Variable<double> v{Tensor<double>::from_host(device, operand.shape, operand.values)};
        if (operand.trained)
          v.gradient = std::make_shared<Gradient<double>>(Tensor<double>(device, operand.shape));
        variables.emplace_back(&operand, v);
        return v;
      };
      std::vector<Variable<double>> inputs, parameters;
      for (const Operand& operand : test.inputs_) inputs.push_back(variable(operand));
      for (const Operand& operand : test.parameters_) parameters.push_back(variable(operand));
      const Call<double> call{.tape = tape,
                              .inputs = inputs,
                              .parameters = parameters,
                              .training = test.case_.training,
                              .random = {.seed = 5, .stream = 1003, .step = 7}};
      const Variable<double> y = test.layer_.forward(call);
      output_shape = y.shape();
      const Variable<double> sum = weighted_sum<double>(tape, y, test.weights_);
      loss = sum.value.to_host()[0];
      gradients_possible = sum.requires_gradient();
      if (gradients_possible) tape.backward(sum);
    }
    Tensor<double> gradient_of(const Operand& operand) const {
      const auto found = std::ranges::find(variables, &operand,
                                           &std::pair<const Operand*, Variable<double>>::first);
      return found->second.gradient->value();
    }

    Shape output_shape;
    double loss = 0;
    bool gradients_possible = false;
    std::vector<std::pair<const Operand*, Variable<double>>> variables;
  };

  /// Values at least 0.01 apart and 0.005 away from 0 and 6: a small step crosses no kink.
  static Values distinct(CaseRandom& random, std::int64_t n) {
    Values values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = 0.01 * (static_cast<double>(i) - static_cast<double>(n) / 2) + 0.005;
    for (std::size_t i = values.size(); i > 1; --i)  // Fisher & Yates
      std::swap(values[i - 1],
                values[static_cast<std::size_t>(random.integer(0, static_cast<int>(i) - 1))]);
    return values;
  }
  bool is_trained(const std::string& name) const {
    return std::ranges::find(case_.frozen, name) == case_.frozen.end();
  }
  std::vector<Operand*> operands() {
    std::vector<Operand*> all;
    for (Operand& operand : inputs_) all.push_back(&operand);
    for (Operand& operand : parameters_) all.push_back(&operand);
    return all;
  }
  bool any_trained() {
    return std::ranges::any_of(operands(), [](const Operand* o) { return o->trained; });
  }

  const std::unique_ptr<Device> device_ = make_reference_device();
  const Layer& layer_;
  const LayerCase& case_;
  std::vector<Operand> inputs_, parameters_;
  Values weights_;
};

}  // namespace nanopneumo::test
