// EfficientNetB4 against Keras.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "tests/models/backbone_checks.h"
#include "tests/models/network_figures.h"
#include "tests/reference/reference_device.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kEfficientNetB4 =
    {.model = "efficientnetb4",
     .parameters = 17'673'823,
     .non_trainable = 125'207,
     .layers_with_weights = 257,
     .map = {8, 8, 1792},
     .layers = 0xfb863d73f7d65543,
     .layers_with_top = 0x955d8eb2a65ce51c,
     .parameters_with_top = 19'466'823,
     .float_tolerance = 5e-5,
     .bfloat16_tolerance = 0.02,
     .outputs = {{"block2a_se_expand", 0.4930667269591, 0.06803192883486, 0.7019872148958},
                 {"block3c_expand_bn", -0.0558861171238, 0.8565703631288, 4.836114539811},
                 {"block4d_se_squeeze", 0.072996495454, 0.2235021760517, 1.971551453769},
                 {"block5c_project_conv", 0.0001187892664973, 0.1746584876755, 0.8437230104779},
                 {"block6c_expand_bn", -0.001087199992068, 0.4662701875134, 2.672777722287},
                 {"block6h_activation", 0.02329848802115, 0.1662872475523, 2.446633599685},
                 {"top_activation", 0.02181164754913, 0.1554236844508, 1.474484387638}},
     .pooled = {0.1832623460888993, 0.24969761593345197, 0.056623729093080714, -0.16474238172385225,
                0.10810251786838675, 0.054278469296342675, 0.0840792990001453, -0.132331085543025},
     .pooled_131x97 = {0.37320855017302274, 0.38087260239945336, -0.13519567799759083,
                       -0.01267314485925421, -0.054895874317288595, -0.20809159603346433,
                       -0.03947172054705665, 0.05774381945777689, -0.2219150158652407,
                       0.19836694772607516, -0.11838869388144717, -0.054688650055288},
     .small_pooled = {-0.052718691730866865, 0.06125818523180161, -0.10861632959482082,
                      0.23130510704771898, -0.02020711228609056, -0.09968049265159373,
                      -0.1445979168668754, 0.03629962174195257, 0.3608298931375715,
                      0.03014594096649496, -0.024559049631421494, 0.0470990299818958},
     .small_classes = {0.001092235621002681, 0.0010375189303382282, 0.001455049713954891,
                       0.0011010455294876073, 0.0008407292465602591, 0.0012186655058219625,
                       0.000945979837367407, 0.0009187517977678159},
     .gradient_size = 96,
     .inference =
         {.loss = -1.710255034586,
          .gradients =
              {{"block2b_bn/beta",
                0.7880155725172,
                0.2046474507362,
                {0.03283438369485, 0.00245770025266, 0.02691455759994, -0.006441695936716}},
               {"block3d_project_conv/kernel",
                6.538265121297,
                1.146338061999,
                {-0.02231171422091, -0.01588987052431, -0.008881209375001, -0.03466579653301}},
               {"block5a_dwconv/kernel",
                3.601922237591,
                0.2951873592219,
                {0.008184751396361, 0.002714883996677, 0.01082695705554, 0.02884611834897}},
               {"block6a_se_expand/kernel",
                0.6979167351239,
                0.1248637111792,
                {-0.001808958821678, -0.0008703582920147, 0.001206584264221, 0.001470909078167}},
               {"block6h_expand_conv/kernel",
                5.028887841985,
                0.3351992619763,
                {-0.0006391310633508, -0.001987194473174, 0.001832367856467, -0.001595228051215}}}},
     .training =
         {.loss = -0.2344696802122,
          .gradients = {{"block2b_bn/gamma",
                         7.158449444371,
                         2.321133594603,
                         {-0.6321935572724, -0.2460286686248, -0.5001853739173, 0.5707766088049}},
                        {"block3d_se_expand/bias",
                         1.439210473702,
                         0.2463116337636,
                         {0.04770306214531, 0.02409544025938, -0.1057821004091, -0.05674168017442}},
                        {"block5a_expand_bn/beta",
                         1.193268108945,
                         0.1568913029332,
                         {0.0008565785486845, 0.09586320296293, -0.01861380716187,
                          0.03568488428061}},
                        {"block6a_se_reduce/bias",
                         0.3810232676813,
                         0.1408247136933,
                         {0.1239787715823, 0.1408247136933, 0.09418170138896, 0.008588426915677}},
                        {"block6h_expand_conv/kernel",
                         4.007947758787,
                         0.06596005416715,
                         {-0.0006827310323948, -0.009868209393561, -0.0007755160528066,
                          -0.001294538785695}}}},
     .moving_after = {
         {"block3c_bn/moving_mean",
          1.051302191989,
          0.09944189580733,
          {-0.06026402112616, 0.09642688260435, 0.0340882056803, 0.09834051308453}},
         {"block6c_bn/moving_mean",
          2.271442202959,
          0.1015300659637,
          {-0.006784259990579, 0.02958351975621, -0.02125296435763, -0.04511841556041}}}};

TEST_CASE("EfficientNetB4 has Keras' layers and weights") { check_description(kEfficientNetB4); }

TEST_CASE("EfficientNetB4 on the reference agrees with Keras layer by layer") {
  check_reference(kEfficientNetB4);
}

TEST_CASE(
    "EfficientNetB4 at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kEfficientNetB4);
}

TEST_CASE("EfficientNetB4 in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kEfficientNetB4);
}

TEST_CASE("EfficientNetB4 in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kEfficientNetB4);
}

TEST_CASE("Gradients of EfficientNetB4 on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kEfficientNetB4, BatchNormMode::inference);
}

TEST_CASE("Gradients of EfficientNetB4 on the reference, batch normalisation in training mode") {
  check_gradients_of_reference(kEfficientNetB4, BatchNormMode::training);
}

TEST_CASE("Gradients of EfficientNetB4 in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kEfficientNetB4, BatchNormMode::inference);
}

TEST_CASE("Gradients of EfficientNetB4 in float32, batch normalisation in training mode") {
  check_gradients_in_float(kEfficientNetB4, BatchNormMode::training);
}

// Keras' noise_shape (None, 1, 1, 1) and rate 0.2 * block / 32.
TEST_CASE("EfficientNetB4 drops residual branches of whole images while it trains") {
  constexpr int kImages = 12;
  const auto device = make_reference_device();
  Graph graph =
      build_model(find_architecture("efficientnetb4"), {32, 32, 3}, {.drop_connect = 0.6});
  std::map<std::string, std::vector<double>> found;
  const auto run = [&](bool training) {
    Parameters<double> parameters(graph, *device, 1);
    assign_formula(graph, parameters);
    Tape<double> off(*device, Tape<double>::Recording::off);
    const Variable<double> x{formula_input<double>(*device, kImages, 32, 32, kNoPreprocessing)};
    forward<double>(graph, parameters, off, x, {.training = training, .seed = 5}, {},
                    [&](int node, const auto& output) {
                      const std::string& name = graph.nodes()[static_cast<std::size_t>(node)].name;
                      if (name.starts_with("block7b_")) found[name] = host_doubles(output.value);
                    });
  };
  run(true);
  const double kept = 1 / (1 - 0.6 * 31 / 32);
  const std::vector<double>&in = found.at("block7b_project_bn"), &out = found.at("block7b_drop");
  const std::size_t size = in.size() / kImages;
  int dropped = 0;
  for (std::size_t image = 0; image < kImages; ++image) {
    const bool drops = out[image * size] == 0;
    dropped += drops ? 1 : 0;
    for (std::size_t i = image * size; i < (image + 1) * size; ++i)
      CHECK_FALSE(!(std::abs(out[i] - (drops ? 0 : in[i] * kept)) <= 1e-12 * std::abs(in[i])));
  }
  CHECK(dropped > 0);
  CHECK(dropped < kImages);
  run(false);
  CHECK(found.at("block7b_drop") == found.at("block7b_project_bn"));
  graph.freeze_up_to({static_cast<int>(graph.nodes().size()) - 1});
  run(true);  // frozen layers are in inference mode
  CHECK(found.at("block7b_drop") == found.at("block7b_project_bn"));
  count_cases(3);
}

}  // namespace
}  // namespace nanopneumo::test
