// InceptionV3 against Keras.
#include <doctest/doctest.h>

#include "tests/models/backbone_checks.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kInceptionV3 =
    {.model = "inceptionv3",
     .parameters = 21'802'784,
     .non_trainable = 34'432,
     .layers_with_weights = 188,
     .map = {6, 6, 2048},
     .layers = 0x62c429486a929bbc,
     .layers_with_top = 0x177836640d3fe1b6,
     .parameters_with_top = 23'851'784,
     .outputs = {{"activation_9", 0.2801268460681, 0.6465964382842, 5.423685688476},
                 {"batch_normalization_19", -0.1581189692532, 1.388021151499, 4.625628228966},
                 {"activation_33", 0.2800207518869, 0.4458354043971, 2.522604031487},
                 {"activation_52", 0.2498110509527, 0.3759590137346, 1.862990522147},
                 {"conv2d_73", -0.0426513087377, 0.2539338676255, 0.8271635690431},
                 {"conv2d_90", -0.001127029166838, 0.07012538018191, 0.2512555018072},
                 {"mixed10", 0.06519212379173, 0.1086261654883, 0.8075452961418}},
     .pooled = {0.0, 0.24022483924491728, 0.03249674742210243, 0.0, 0.08595513446654829,
                0.3350461059953416, 0.0, 0.015651329213299953},
     .pooled_131x97 = {0.03590128291373752, 0.16089921153235875, 0.04131875682067464,
                       0.21124576663197456, 0.0, 0.05570248186075741, 0.09446945064561044, 0.0, 0.0,
                       0.09118268182394322, 0.04111813011397873, 0.0},
     .small_pooled = {0.0, 0.0, 0.26107525931287356, 0.06085588664005172, 0.029614267971732777,
                      0.2353433519041278, 0.0, 0.028550661760275074, 0.0, 0.012550367823902744, 0.0,
                      0.0},
     .small_classes = {0.001024419189348373, 0.0014674344958081238, 0.001026401961803722,
                       0.001214634682201173, 0.0011139640729996962, 0.0011902415970088689,
                       0.0007321420105278084, 0.001300798654241071},
     .gradient_size = 150,
     .inference =
         {.loss = -0.9358841956079,
          .gradients = {{"conv2d_10/kernel",
                         24.94637329465,
                         1.951545768215,
                         {-0.0005607593757737, -0.0001657010850517, 0.0, -0.00763870619092}},
                        {"conv2d_26/kernel", 81.68205977215, 1.953611879446, {0.0, 0.0, 0.0, 0.0}},
                        {"conv2d_48/kernel",
                         28.95166153094,
                         1.089100932543,
                         {-0.06575715696832, -0.02882974576141, -0.1309926075934,
                          -0.05995861204481}},
                        {"batch_normalization_67/beta",
                         2.019490145146,
                         0.581265880327,
                         {-0.01062533750454, -0.1144164547736, 0.4315155307238, -0.2288062881578}},
                        {"batch_normalization_84/beta",
                         2.897266011512,
                         0.8868603933821,
                         {-0.05388184144964, 0.0, 0.0, 0.0}}}},
     .training =
         {.loss = 2.600898293266,
          .gradients = {{"conv2d_10/kernel",
                         1711.993874221,
                         28.81964678715,
                         {-1.117841390323, -4.589546351847, 0.3297056629999, -2.245048140103}},
                        {"conv2d_26/kernel",
                         1196.576004886,
                         7.60191257511,
                         {-0.6063771086685, 0.208686226092, -0.1314385815475, 0.1917853902819}},
                        {"conv2d_48/kernel",
                         235.3012189213,
                         2.730692314855,
                         {-1.007234153843, 0.3264844197425, 0.1598471963292, -0.1558230328351}},
                        {"batch_normalization_67/beta",
                         3.260677966236,
                         0.7982805245441,
                         {0.122060051941, 0.1540777305122, -0.4488709419222, -0.06857359363786}},
                        {"batch_normalization_84/beta",
                         0.6807493858959,
                         0.1335788571165,
                         {0.008741487140289, 0.04178363066235, -0.05153324934677,
                          -0.06671423520718}}}},
     .moving_after = {{"batch_normalization_21/moving_variance",
                       8.468272822325,
                       1.458036959191,
                       {0.6517087105364, 1.133155226405, 0.8359293620822, 1.157559933118}},
                      {"batch_normalization_72/moving_variance",
                       14.62937697317,
                       1.478898609165,
                       {1.064287284986, 0.6631779032129, 1.236694160143, 1.168775145435}}}};

TEST_CASE("InceptionV3 has Keras' layers and weights") { check_description(kInceptionV3); }

TEST_CASE("InceptionV3 on the reference agrees with Keras layer by layer") {
  check_reference(kInceptionV3);
}

TEST_CASE("InceptionV3 at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kInceptionV3);
}

TEST_CASE("InceptionV3 in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kInceptionV3);
}

TEST_CASE("InceptionV3 in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kInceptionV3);
}

TEST_CASE("Gradients of InceptionV3 on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kInceptionV3, BatchNormMode::inference);
}

TEST_CASE("Gradients of InceptionV3 on the reference, batch normalisation in training mode") {
  check_gradients_of_reference(kInceptionV3, BatchNormMode::training);
}

TEST_CASE("Gradients of InceptionV3 in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kInceptionV3, BatchNormMode::inference);
}

TEST_CASE("Gradients of InceptionV3 in float32, batch normalisation in training mode") {
  check_gradients_in_float(kInceptionV3, BatchNormMode::training);
}

}  // namespace
}  // namespace nanopneumo::test
