// Which layers of a backbone are unfrozen, where the graph is cut, and how fast each layer learns.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "models/fused_forward.h"
#include "models/registry.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/shape_error.h"
#include "train/fine_tuning.h"
#include "train/network.h"

namespace nanopneumo::test {
namespace {

constexpr const char* kBackbones[] = {"densenet121", "efficientnetb4", "inceptionv3", "mobilenet",
                                      "resnet50",    "vgg16",          "xception"};

Classifier classifier(const std::string& model, int size = 96) {
  return build_classifier(find_architecture(model), {size, size, 3}, {});
}

const Node& node(const Graph& graph, int n) { return graph.nodes()[static_cast<std::size_t>(n)]; }

std::int64_t trained_parameters(const Graph& graph) {
  const ParameterCount count = count_parameters(graph);
  return count.total - count.non_trainable;
}

/// Parameters that are trained below the head.
std::int64_t trained_in_backbone(const Classifier& frozen, int first, FineTunedBatchNorm mode) {
  Graph graph = frozen.graph;
  fine_tune(graph, first, frozen.features_node, mode);
  return trained_parameters(graph) - trained_parameters(frozen.graph);
}

/// What Keras 3.15 says: [l for l in model.layers if l.weights][-layers:] unfrozen.
struct Unfrozen {
  const char* model;
  int layers;
  const char* first;
  std::int64_t parameters, without_batch_norm;
};

constexpr Unfrozen kUnfrozen[] = {
    {"densenet121", 1, "bn", 2048, 0},
    {"densenet121", 3, "conv5_block16_1_bn", 39168, 36864},
    {"densenet121", 10, "conv5_block14_2_conv", 366912, 360448},
    {"densenet121", 25, "conv5_block11_0_bn", 936128, 921600},
    {"densenet121", 241, "conv1_conv", 6953856, 6870208},
    {"efficientnetb4", 1, "top_bn", 3584, 0},
    {"efficientnetb4", 3, "block7b_project_bn", 807296, 802816},
    {"efficientnetb4", 10, "block7b_expand_conv", 3855600, 3840368},
    {"efficientnetb4", 25, "block6h_expand_bn", 5991832, 5962104},
    {"efficientnetb4", 257, "normalization", 17548616, 17423416},
    {"inceptionv3", 1, "batch_normalization_93", 192, 0},
    {"inceptionv3", 3, "conv2d_93", 393728, 393216},
    {"inceptionv3", 10, "conv2d_91", 1935360, 1933312},
    {"inceptionv3", 25, "batch_normalization_78", 6321344, 6316032},
    {"inceptionv3", 188, "conv2d", 21768352, 21751136},
    {"mobilenet", 1, "conv_pw_13_bn", 2048, 0},
    {"mobilenet", 3, "conv_dw_13_bn", 1052672, 1048576},
    {"mobilenet", 10, "conv_pw_11", 1857024, 1848832},
    {"mobilenet", 25, "conv_pw_7_bn", 2670080, 2653696},
    {"mobilenet", 54, "conv1", 3206976, 3185088},
    {"resnet50", 1, "conv5_block3_3_bn", 4096, 0},
    {"resnet50", 3, "conv5_block3_2_bn", 1055744, 1050624},
    {"resnet50", 10, "conv5_block2_2_conv", 7881216, 7869952},
    {"resnet50", 25, "conv4_block6_1_bn", 15832320, 15806720},
    {"resnet50", 106, "conv1_conv", 23534592, 23481472},
    {"vgg16", 1, "block5_conv3", 2359808, 2359808},
    {"vgg16", 3, "block5_conv1", 7079424, 7079424},
    {"vgg16", 10, "block2_conv2", 14602112, 14602112},
    {"vgg16", 13, "block1_conv1", 14714688, 14714688},
    {"xception", 1, "block14_sepconv2_bn", 4096, 0},
    {"xception", 3, "block14_sepconv1_bn", 3166720, 3159552},
    {"xception", 10, "block13_sepconv1", 6788384, 6775664},
    {"xception", 25, "block10_sepconv2_bn", 10555784, 10531416},
    {"xception", 80, "block1_conv1", 20806952, 20752424},
};

TEST_CASE("The last N layers with weights are those of Keras") {
  for (const Unfrozen& u : kUnfrozen) {
    INFO(u.model << " " << u.layers);
    const Classifier c = classifier(u.model, u.model == std::string("inceptionv3") ? 150 : 96);
    const int first = first_fine_tuned(c.graph, c.features_node, std::to_string(u.layers));
    CHECK(node(c.graph, first).name == u.first);
    CHECK(trained_in_backbone(c, first, FineTunedBatchNorm::gamma_and_beta) == u.parameters);
    CHECK(trained_in_backbone(c, first, FineTunedBatchNorm::nothing) == u.without_batch_norm);
    count_cases();
  }
}

TEST_CASE("A named layer is unfrozen with all that come after it") {
  const Classifier c = classifier("resnet50");
  const int first = first_fine_tuned(c.graph, c.features_node, "conv5_block1_1_conv");
  CHECK(node(c.graph, first).name == "conv5_block1_1_conv");
  // A layer without weights stands for what follows it.
  const int relu = first_fine_tuned(c.graph, c.features_node, "conv4_block6_out");
  CHECK(relu == first - 1);
  CHECK(trained_in_backbone(c, relu, FineTunedBatchNorm::nothing) ==
        trained_in_backbone(c, first, FineTunedBatchNorm::nothing));
  Graph graph = c.graph;
  fine_tune(graph, first, c.features_node, FineTunedBatchNorm::nothing);
  for (int n = 0; n < static_cast<int>(graph.nodes().size()); ++n) {
    const Node& here = node(graph, n);
    const bool batch_norm = here.layer && here.layer->class_name() == "BatchNormalization";
    CHECK(here.frozen == (n < first || (n <= c.features_node && batch_norm)));
    CHECK((here.frozen || here.inference) == (n <= c.features_node));
  }
  count_cases(3);
}

TEST_CASE("All is every layer, and so is their number") {
  for (const char* model : kBackbones) {
    INFO(model);
    const Classifier c = classifier(model);
    const ParameterCount own =
        count_parameters(build_model(find_architecture(model), {96, 96, 3}, {}));
    const auto trained = [&](const std::string& layers) {
      return trained_in_backbone(c, first_fine_tuned(c.graph, c.features_node, layers),
                                 FineTunedBatchNorm::gamma_and_beta);
    };
    CHECK(trained("all") == own.total - own.non_trainable);
    const std::string refusal =
        input_error_of([&] { (void)first_fine_tuned(c.graph, c.features_node, "1000"); });
    const std::size_t to = refusal.find("give 1 to ");
    REQUIRE(to != std::string::npos);
    CHECK(trained(refusal.substr(to + 10, refusal.find(',', to) - to - 10)) == trained("all"));
    count_cases(2);
  }
}

TEST_CASE("Layers that the backbone does not have are refused") {
  const Classifier c = classifier("mobilenet");
  const auto refusal = [&](const std::string& layers) {
    return input_error_of([&] { (void)first_fine_tuned(c.graph, c.features_node, layers); });
  };
  for (const char* count : {"0", "-1", "55"}) {
    const std::string text = refusal(count);
    INFO(text);
    CHECK(contains(text, std::string("--fine-tune ") + count + " is not possible"));
    CHECK(contains(text, "54 layers with weights; give 1 to 54, or all"));
  }
  // One of the head, one of another model, capital letters, numbers that are none.
  for (const char* name : {"dense", "conv5_block1_1_conv", "Conv1", "10 ", "1.5", "", "input_layer",
                           "99999999999999999999"}) {
    const std::string text = refusal(name);
    INFO(text);
    CHECK(contains(text, "mobilenet has no such layer"));
  }
  CHECK(contains(refusal("conv_pw_13_relu"), "no layer of mobilenet from there on has weights"));
  CHECK(refusal("conv_pw_13_bn").empty());
  count_cases(13);
}

/// Whether all that the nodes after `cut` read is the output of node `cut` or of a later one.
bool is_cut(const Graph& graph, int cut) {
  for (int n = cut + 1; n < static_cast<int>(graph.nodes().size()); ++n)
    for (const int input : node(graph, n).inputs)
      if (input < cut) return false;
  return true;
}

TEST_CASE("A graph is cut at the last place where one output carries everything") {
  for (const char* model : kBackbones) {
    INFO(model);
    const Graph graph = classifier(model).graph;
    int farthest = 0;
    for (int n = 1; n < static_cast<int>(graph.nodes().size()); ++n) {
      const int cut = last_cut_before(graph, n);
      CHECK(cut < n);
      CHECK(is_cut(graph, cut));
      for (int later = cut + 1; later < n; ++later) CHECK_FALSE(is_cut(graph, later));
      farthest = std::max(farthest, n - cut);
    }
    CHECK(farthest < 40);  // inside of one block
    count_cases();
  }
}

TEST_CASE("ImageNet networks halve the map five times") {
  for (const char* model : kBackbones) {
    INFO(model);
    for (const int size : {75, 96, 150, 250}) {
      const Classifier c = classifier(model, size);
      const std::vector<int> stage = stages(c.graph);
      CHECK(stage[0] == 0);
      CHECK(*std::ranges::max_element(stage) == 5);
      CHECK(stage[static_cast<std::size_t>(c.features_node)] == 5);
      count_cases();
    }
  }
}

/// The names of the layers that drop branches in training.
std::vector<std::string> dropping(const Graph& graph, int features) {
  std::vector<std::string> names;
  for (int n = 1; n <= features; ++n) {
    const Node& here = node(graph, n);
    if (here.layer->class_name() == "Dropout" && !here.frozen && !here.inference)
      names.push_back(here.name);
  }
  return names;
}

TEST_CASE("Drop-connect drops the branches that are fine-tuned, where it is wanted") {
  const Classifier c = classifier("efficientnetb4", 32);
  const auto dropping_with = [&](const FineTuning& tuning) {
    Graph graph = c.graph;
    unfreeze(graph, c.features_node, tuning);
    return dropping(graph, c.features_node);
  };
  CHECK(dropping(c.graph, c.features_node).empty());
  CHECK(dropping_with({.layers = "all"}).empty());
  // 32 blocks, of which the first of each of seven stages have no identity beside them.
  CHECK(dropping_with({.layers = "all", .drop_connect = 0.2}).size() == 25);
  CHECK(dropping_with({.layers = "block7a_expand_conv", .drop_connect = 0.2}) ==
        std::vector<std::string>{"block7b_drop"});
  CHECK(says(input_error_of([&] { dropping_with({.layers = "1", .drop_connect = 0.2}); }),
             "--drop-connect 0.2", "--fine-tune 1", "train more layers"));
  Classifier mobilenet = classifier("mobilenet");
  CHECK(says(input_error_of([&] {
               unfreeze(mobilenet.graph, mobilenet.features_node,
                        {.layers = "all", .drop_connect = 0.2});
             }),
             "mobilenet has no blocks that training drops", "leave --drop-connect away"));
  count_cases(6);
}

/// Of each image whether block7b is left out in a step.
std::vector<bool> images_dropped(int threads, std::uint32_t step) {
  constexpr int kImages = 24, kSize = 32;
  const auto device = make_cpu_device(threads);
  Network network(find_architecture("efficientnetb4"), {kSize, kSize, 3}, {.drop_connect = 0.5},
                  *device, 1);
  network.fine_tune({.layers = "block7b_expand_conv", .drop_connect = 0.5});
  const Tensor<float> images(*device, {kImages, kSize, kSize, 3});
  std::vector<float> levels(static_cast<std::size_t>(images.size()));
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<float>(i * 7 % 256);
  images.copy_from_host(levels);
  std::vector<bool> dropped;
  Tape<float> tape(*device);
  (void)fused_forward<float>(
      network.graph(), network.parameters(), tape, {network.frozen_output(images)},
      {.training = true, .seed = 1, .step = step}, network.trained_segment(),
      [&](int n, const Variable<float>& output) {
        if (node(network.graph(), n).name != "block7b_drop") return;
        const std::vector<float> values = output.value.to_host();
        for (std::size_t i = 0; i < values.size(); i += values.size() / kImages)
          dropped.push_back(values[i] == 0);
      });
  return dropped;
}

TEST_CASE("Which branches are dropped depends on the step and the image alone") {
  const std::vector<bool> first = images_dropped(1, 4);
  REQUIRE(first.size() == 24);
  CHECK(std::ranges::count(first, true) > 3);
  CHECK(std::ranges::count(first, false) > 3);
  CHECK(images_dropped(2, 4) == first);
  CHECK(images_dropped(1, 5) != first);
  count_cases(3);
}

TEST_CASE("Nothing is recorded or kept below the unfrozen layers") {
  constexpr int kSize = 96;
  for (const char* model : {"mobilenet", "resnet50", "densenet121"}) {
    INFO(model);
    const auto device = make_cpu_device(2);
    Network network(find_architecture(model), {kSize, kSize, 3}, {}, *device, 1);
    const int first = first_fine_tuned(network.graph(), network.features_node(), "10");
    network.fine_tune({.layers = "10"});
    const Tensor<float> images(*device, {1, kSize, kSize, 3});
    images.copy_from_host(std::vector<float>(static_cast<std::size_t>(images.size()), 0.5f));
    const std::size_t before = device->allocator().statistics().in_use;
    const Tensor<float> x = network.frozen_output(images);
    const Segment trained = network.trained_segment();
    CHECK(x.shape().without_batch() == node(network.graph(), trained.first).output);
    const std::size_t bytes = static_cast<std::size_t>(x.size()) * sizeof(float);
    CHECK(device->allocator().statistics().in_use - before <= bytes + 4096);

    Tape<float> tape(*device);
    (void)forward(network.graph(), network.parameters(), tape, {x}, {.training = true}, trained);
    CHECK(tape.records() > 10);
    CHECK(tape.records() <= network.graph().nodes().size() - static_cast<std::size_t>(first));
    count_cases();
  }
}

std::map<std::string, int> stages_by_name(const std::string& model) {
  const Graph graph = classifier(model).graph;
  const std::vector<int> stage = stages(graph);
  std::map<std::string, int> by_name;
  for (std::size_t n = 0; n < stage.size(); ++n) by_name[graph.nodes()[n].name] = stage[n];
  return by_name;
}

TEST_CASE("A stage is where its paper has it") {
  const auto resnet = stages_by_name("resnet50");
  CHECK(resnet.at("conv1_conv") == 1);
  for (int stage = 2; stage <= 5; ++stage) {
    const std::string name = "conv" + std::to_string(stage) + "_block";
    for (const char* layer : {"1_0_conv", "1_1_conv", "2_3_bn", "3_out"})
      CHECK(resnet.at(name + layer) == stage);
  }
  const auto vgg = stages_by_name("vgg16");
  CHECK(vgg.at("block1_conv2") == 0);
  CHECK(vgg.at("block5_conv3") == 4);
  // Squeezing to one pixel is no halving.
  const auto efficient = stages_by_name("efficientnetb4");
  CHECK(efficient.at("block7b_se_reduce") == efficient.at("block7b_project_conv"));
  CHECK(efficient.at("block1a_se_expand") == 1);
  count_cases(20);
}

TEST_CASE("Each stage learns slower than the one after it, and the head as before") {
  const auto device = make_cpu_device(1);
  Classifier c = classifier("mobilenet");
  const FineTuning tuning{.layers = "all", .learning_rate = 1e-4, .rate_decay = 0.5};
  unfreeze(c.graph, c.features_node, tuning);
  const Parameters<float> parameters(c.graph, *device, 1);
  constexpr double kHeadRate = 2e-3;
  const std::vector<RateGroup> groups =
      rate_groups(c.graph, parameters, c.features_node, kHeadRate, tuning);
  const auto rate_of = [&](const std::string& name) {
    std::int64_t place = 0;
    for (const Parameter<float>& parameter : parameters.all()) {
      if (parameter.name == name) break;
      if (parameter.trainable) place += parameter.variable.value.size();
    }
    for (const RateGroup& group : groups)
      if (place >= group.first && place < group.first + group.size) return kHeadRate * group.factor;
    return 0.0;
  };
  const std::map<std::string, double> rates{
      {"conv1/kernel", 1e-4 / 16},    {"conv_pw_1_bn/gamma", 1e-4 / 16},
      {"conv_dw_2/kernel", 1e-4 / 8}, {"conv_pw_5/kernel", 1e-4 / 4},
      {"conv_dw_6/kernel", 1e-4 / 2}, {"conv_pw_11_bn/beta", 1e-4 / 2},
      {"conv_dw_12/kernel", 1e-4},    {"conv_pw_13_bn/beta", 1e-4},
      {"dense/kernel", kHeadRate},    {"dense_1/bias", kHeadRate}};
  for (const auto& rate : rates)
    CHECK_MESSAGE(rate_of(rate.first) == doctest::Approx(rate.second).epsilon(1e-14), rate.first);
  CHECK(groups.size() == 6);
  Adam<float>(parameters, kHeadRate, groups);  // they are the whole buffer, or it throws
  count_cases(static_cast<long long>(rates.size()));
}

/// Weights after some steps with gradients that are known.
std::vector<float> after_steps(Parameters<float>& parameters, Adam<float>& optimizer, int steps) {
  const Tensor<float>& g = parameters.gradients();
  const Tensor<float>& w = parameters.trainable();
  w.copy_from_host(std::vector<float>(static_cast<std::size_t>(w.size()), 1));
  for (int k = 0; k < steps; ++k) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < g.size(); ++i)
      values.push_back(static_cast<float>((i * 7 + k) % 13) / 10 - 0.5f);
    g.copy_from_host(values);
    optimizer.step(parameters);
  }
  return w.to_host();
}

TEST_CASE("Adam gives each group what its own learning rate would") {
  const auto device = make_cpu_device(1);
  Parameters<float> parameters(classifier("cnn").graph, *device, 1);
  const std::int64_t n = parameters.trainable().size();
  const std::vector<RateGroup> groups{{0, 5, 1}, {5, 1002, 0.25}, {1007, n - 1007, 4}};
  Adam<float> grouped(parameters, 1e-2, groups);
  const std::vector<float> found = after_steps(parameters, grouped, 3);
  for (const RateGroup& group : groups) {
    Adam<float> alone(parameters, 1e-2 * group.factor);
    const std::vector<float> expected = after_steps(parameters, alone, 3);
    CHECK(std::equal(found.begin() + group.first, found.begin() + group.first + group.size,
                     expected.begin() + group.first));
    CHECK(expected[static_cast<std::size_t>(group.first)] != 1);
    count_cases();
  }
  CHECK(contains(shape_error_of([&] {
                   Adam<float>(parameters, 1, {{0, 5, 1}, {6, n - 6, 1}});
                 }),
                 "begins at element 6 instead of 5"));
  CHECK(contains(shape_error_of([&] {
                   Adam<float>(parameters, 1, {{0, 5, 1}});
                 }),
                 "the rate groups hold 5 elements"));
  count_cases(2);
}

}  // namespace
}  // namespace nanopneumo::test
