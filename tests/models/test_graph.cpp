// Graphs, how they are counted and printed, and the models by name.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "models/cnn.h"
#include "models/graph.h"
#include "models/mobilenet.h"
#include "models/parameters.h"
#include "models/registry.h"
#include "models/summary.h"
#include "tests/io/messages.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/golden_json.h"
#include "tests/support/head_only.h"
#include "tests/support/shape_error.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("Layers without a name get Keras' numbers") {
  Graph g("net");
  Graph::Value x = g.input({8});
  for (int i = 0; i < 3; ++i) x = g.add(Dense({.units = 8}), x);
  x = g.add(BatchNormalization(), x);
  CHECK(g.nodes()[1].name == "dense");
  CHECK(g.nodes()[2].name == "dense_1");
  CHECK(g.nodes()[3].name == "dense_2");
  CHECK(g.output().name == "batch_normalization");
  CHECK(g.shape(x) == Shape{8});
  g.add("dense_4", Dense({.units = 2}), x);
  CHECK(g.add(Dense({.units = 2}), x).node == 6);
  CHECK(g.output().name == "dense_3");
  count_cases(7);
}

TEST_CASE("Graphs refuse duplicates and layers that do not fit, by name") {
  Graph g("net");
  const Graph::Value x = g.input({4, 4, 3});
  g.add("conv", Conv2D({.filters = 2, .kernel_size = 3}), x);
  CHECK(says(shape_error_of([&] { g.add("conv", Conv2D({.filters = 2, .kernel_size = 3}), x); }),
             "net", "conv"));
  CHECK(says(shape_error_of([&] { g.input({3}); }), "net"));
  CHECK(says(shape_error_of([&] { g.add("top", Dense({.units = 2}), x); }), "net", "top", "Dense",
             "(4, 4, 3)"));
  CHECK(says(shape_error_of([&] {
               g.add("sum", Add(), {x, {1}});
             }),
             "sum", "(4, 4, 3)", "(2, 2, 2)"));
  CHECK(g.nodes().size() == 2);  // what failed left nothing
  count_cases(5);
}

TEST_CASE("Each backbone says where Keras keeps its preprocessing") {
  std::set<std::string_view> modules;
  for (const Architecture& architecture : architectures()) {
    CHECK(architecture.keras_module.empty() == !architecture.is_backbone);
    if (architecture.is_backbone) modules.insert(architecture.keras_module);
  }
  CHECK(modules.size() == 7);
  count_cases(8);
}

TEST_CASE("Frozen parameters and moving statistics are not trainable") {
  Graph g = head_only(10, 0.4);  // BN 40, Dense 2816, Dense 257
  CHECK(count_parameters(g).total == 40 + 10 * 256 + 256 + 257);
  CHECK(count_parameters(g).non_trainable == 20);
  g.freeze({1});
  CHECK(count_parameters(g).non_trainable == 40);
  g.freeze_up_to({2});
  CHECK(count_parameters(g).non_trainable == 40 + 10 * 256 + 256);

  const auto device = make_reference_device();
  Parameters<double> parameters(g, *device, 1);
  CHECK(parameters.trainable().size() == 257);
  CHECK(parameters.gradients().size() == 257);
  for (const Parameter<double>& parameter : parameters.all()) {
    const bool last = parameter.name.starts_with("dense_1/");
    CHECK(parameter.trainable == last);
    CHECK(parameter.variable.requires_gradient() == last);
  }
  CHECK(parameters.all()[0].name == "batch_normalization/gamma");
  CHECK(parameters.of_node(1).size() == 4);
  CHECK(parameters.of_node(3).empty());  // dropout
  CHECK(says(shape_error_of([&] { assign<double>(parameters.all()[0], std::vector<float>(11)); }),
             "11", "batch_normalization/gamma", "(10,)"));
  count_cases(10);
}

TEST_CASE("First values depend on the seed and a parameter's place, not on what is frozen") {
  const auto device = make_reference_device();
  Graph open = head_only(10), frozen = head_only(10);
  frozen.freeze({1});
  const Parameters<double> a(open, *device, 7), b(frozen, *device, 7), c(open, *device, 8);
  for (std::size_t i = 0; i < a.all().size(); ++i)
    CHECK(a.all()[i].variable.value.to_host() == b.all()[i].variable.value.to_host());
  const auto kernel = [](const Parameters<double>& p) {
    return p.all()[4].variable.value.to_host();
  };
  CHECK(kernel(a) != kernel(c));
  const auto cpu = make_cpu_device(1);
  const Parameters<float> single(open, *cpu, 7);
  const std::vector<double> exact = kernel(a);
  CHECK(single.all()[4].variable.value.to_host() == std::vector<float>(exact.begin(), exact.end()));
  count_cases(3);
}

TEST_CASE("The scratch CNN has Keras' layers and parameters") {
  const Graph g = cnn({250, 250, 3});
  CHECK(count_parameters(g).total == 3'011'393);
  CHECK(count_parameters(g).non_trainable == 2 * (32 + 64 + 128 + 128));
  const std::string text = summary(g);
  for (const char* line :
       {"Model: \"cnn\"", "input_layer (InputLayer)", "(None, 250, 250, 3)", "conv2d (Conv2D)",
        "(None, 248, 248, 32)", "batch_normalization_3 (BatchNormalization)",
        "max_pooling2d_3 (MaxPooling2D)", "(None, 13, 13, 128)", "flatten (Flatten)",
        "(None, 21632)", "dense (Dense)", "2,769,024", "dropout (Dropout)", "dense_1 (Dense)",
        "Total params: 3,011,393 (11.49 MB)", "Trainable params: 3,010,689 (11.48 MB)",
        "Non-trainable params: 704 (2.75 KB)"})
    CHECK_MESSAGE(contains(text, line), line);
  CHECK(cnn({46, 46, 3}).nodes()[12].output == Shape{1, 1, 128});  // the last pooling
  CHECK(shape_error_of([] { (void)cnn({45, 46, 3}); }) != "");
  CHECK(count_parameters(cnn({64, 64, 3}, 0)).total == 308'033);  // the golden's
  count_cases(4);
}

/// MobileNet's parameters counted from table 1 of the paper: a convolution without bias and its
/// batch normalisation, 4 figures a channel of which two move.
ParameterCount count_mobilenet(double alpha) {
  const auto scaled = [&](int f) { return static_cast<std::int64_t>(f * alpha); };
  std::int64_t c = scaled(32);
  ParameterCount count{3 * 3 * 3 * c + 4 * c, 2 * c};
  for (const int filters : {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024}) {
    const std::int64_t k = scaled(filters);
    count.total += 3 * 3 * c + 4 * c + c * k + 4 * k;
    count.non_trainable += 2 * c + 2 * k;
    c = k;
  }
  return count;
}

TEST_CASE("MobileNet has Keras' number of parameters at every width") {
  const std::pair<double, std::int64_t> known[] = {
      {1, 3'228'864}, {0.75, 1'832'976}, {0.5, 829'536}, {0.25, 218'544}};
  for (const auto& [alpha, total] : known) {
    const Graph g = mobilenet({224, 224, 3}, {.alpha = alpha});
    CHECK(count_parameters(g).total == total);
    CHECK(count_mobilenet(alpha).total == total);
    CHECK(count_parameters(g).non_trainable == count_mobilenet(alpha).non_trainable);
    CHECK(g.output().output == Shape{7, 7, static_cast<std::int64_t>(1024 * alpha)});
    count_cases();
  }
  CHECK(count_parameters(mobilenet({250, 250, 3})).non_trainable == 21'888);
  // int(32 * 0.7) = 22, int(64 * 0.7) = 44: cut off, not rounded.
  const Graph odd = mobilenet({96, 96, 3}, {.alpha = 0.7});
  CHECK(odd.nodes()[1].output == Shape{48, 48, 22});
  CHECK(odd.output().output == Shape{3, 3, 716});
  CHECK(count_parameters(odd).total == count_mobilenet(0.7).total);
  CHECK(says(shape_error_of([] { (void)mobilenet({96, 96, 3}, {.alpha = 0.01}); }), "0.01"));
  const Graph top = mobilenet({224, 224, 3}, {.include_top = true});
  CHECK(count_parameters(top).total == 3'228'864 + 1024 * 1000 + 1000);
  CHECK(top.output().output == Shape{1000});
  count_cases(6);
}

TEST_CASE("The summary of MobileNet") {
  const std::string text = summary(mobilenet({250, 250, 3}));
  for (const char* line :
       {"Model: \"mobilenet\"", "conv1 (Conv2D)", "(None, 125, 125, 32)",
        "conv_pad_2 (ZeroPadding2D)", "(None, 126, 126, 64)", "conv_dw_13 (DepthwiseConv2D)",
        "conv_pw_13_relu (ReLU)", "(None, 7, 7, 1024)", "1,048,576",
        "Total params: 3,228,864 (12.32 MB)", "Trainable params: 3,206,976 (12.23 MB)",
        "Non-trainable params: 21,888 (85.50 KB)"})
    CHECK_MESSAGE(contains(text, line), line);
  CHECK(std::ranges::count(text, '\n') == 86 + 8);  // a line each layer, rules and totals
  count_cases();
}

std::string build_error(const char* model, const Shape& image, const ModelOptions& options) {
  return input_error_of([&] { (void)build_model(find_architecture(model), image, options); });
}

TEST_CASE("The registry refuses what a model cannot be") {
  CHECK(architectures().size() >= 2);
  CHECK(says(input_error_of([] { (void)find_architecture("resnet"); }), "resnet", "cnn",
             "mobilenet"));
  CHECK(says(build_error("cnn", {45, 45, 3}, {}), "46x46", "45x45", "--image-size"));
  CHECK(says(build_error("cnn", {46, 45, 3}, {}), "46x45"));
  CHECK(build_error("cnn", {46, 46, 3}, {}) == "");
  CHECK(says(build_error("mobilenet", {31, 64, 3}, {}), "32x32", "31x64"));
  CHECK(says(build_error("mobilenet", {4097, 64, 3}, {}), "4097x64", "4096"));
  CHECK(says(build_error("cnn", {64, 64, 3}, {.alpha = 0.5}), "--alpha"));
  CHECK(says(build_error("cnn", {64, 64, 3}, {.include_top = true}), "classifier"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double alpha : {0.0, -1.0, 0.01, 5.0, nan})
    CHECK(says(build_error("mobilenet", {64, 64, 3}, {.alpha = alpha}), "--alpha"));
  for (const double rate : {-0.1, 1.0, nan})
    CHECK(says(build_error("cnn", {64, 64, 3}, {.dropout = rate}), "--dropout"));
  count_cases(17);
}

TEST_CASE("Every backbone refuses images below its minimum, whichever side is short") {
  for (const Architecture& architecture : architectures()) {
    CAPTURE(architecture.name);
    const int least = architecture.minimum_size;
    const std::string name(architecture.name), limit = fmt::format("{0}x{0}", least);
    CHECK(says(build_error(name.c_str(), {least - 1, least, 3}, {}), limit, "--image-size"));
    CHECK(says(build_error(name.c_str(), {least, least - 1, 3}, {}), limit, "--image-size"));
    CHECK(build_error(name.c_str(), {least, least, 3}, {}) == "");
    for (const std::string_view alias : architecture.aliases)
      CHECK(find_architecture(alias).name == architecture.name);
    if (!architecture.is_backbone) continue;
    CHECK(build_error(name.c_str(), {least, least + 1, 3}, {.include_top = true}) == "");
    CHECK(architecture.weights.url().starts_with("https://storage.googleapis.com/"));
    CHECK(architecture.weights.url().ends_with(".h5"));
    CHECK(architecture.weights.name != architecture.weights_with_top.name);
  }
  CHECK(find_architecture("ResNet-50").name == "resnet50");
  count_cases(9);
}

TEST_CASE("Weight files are those of Keras' list") {
  const auto path = shared_data("weights/keras_official_md5.json", 7);
  if (!path) return;
  const nlohmann::json list = load_json(*path).at("with_top_then_notop");
  for (const Architecture& architecture : architectures()) {
    if (!architecture.is_backbone) continue;
    CAPTURE(architecture.name);
    const std::string name(architecture.weights_with_top.name);
    const nlohmann::json& sums = list.at(name.substr(0, name.size() - 3));
    const auto text = [](const nlohmann::json& sum) {
      return sum.is_null() ? std::string() : sum.get<std::string>();
    };
    CHECK(architecture.weights_with_top.md5 == text(sums[0]));
    CHECK(architecture.weights.md5 == text(sums[1]));
    count_cases();
  }
}

TEST_CASE("A classifier is a frozen backbone under a trained head, or the scratch CNN") {
  const Classifier transfer = build_classifier(find_architecture("mobilenet"), {64, 64, 3}, {});
  const auto& nodes = transfer.graph.nodes();
  for (std::size_t n = 0; n < nodes.size(); ++n)
    CHECK(nodes[n].frozen == (static_cast<int>(n) <= transfer.features_node));
  CHECK(nodes[static_cast<std::size_t>(transfer.features_node)].output == Shape{1024});
  CHECK(transfer.graph.output().output == Shape{1});
  const ParameterCount count = count_parameters(transfer.graph);
  const std::int64_t head = 2 * 1024 + 1024 * 256 + 256 + 256 + 1;
  CHECK(count.total - count.non_trainable == head);
  CHECK(count.total == 3'228'864 + head + 2 * 1024);
  const Classifier scratch = build_classifier(find_architecture("cnn"), {64, 64, 3}, {});
  CHECK(scratch.features_node == 0);
  CHECK(count_parameters(scratch.graph).non_trainable == 704);
  count_cases(3);
}

}  // namespace
}  // namespace nanopneumo::test
