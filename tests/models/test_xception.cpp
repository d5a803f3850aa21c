// Xception against Keras.
#include <doctest/doctest.h>

#include "tests/models/backbone_checks.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kXception = {
    .model = "xception",
    .parameters = 20'861'480,
    .non_trainable = 54'528,
    .layers_with_weights = 80,
    .map = {8, 8, 2048},
    .layers = 0xe1221136c2eb673c,
    .layers_with_top = 0x1cab461c06e56036,
    .parameters_with_top = 22'910'480,
    .outputs = {{"block2_sepconv2_bn", -0.05388558031094, 0.7997158287496, 4.915143909148},
                {"block4_pool", 1.050530258457, 2.298937210047, 11.54968439652},
                {"add_4", 0.8758219674707, 3.562514808545, 15.55489633291},
                {"block9_sepconv1_act", 2.362593731976, 3.004286515449, 21.26212221712},
                {"block11_sepconv1_bn", 0.0998379145911, 6.190715635584, 28.15884324967},
                {"block13_sepconv2", 0.1928553271659, 7.781637077061, 36.47462004738},
                {"block14_sepconv2_act", 3.91174412479, 5.980224663549, 51.6055176251}},
    .pooled = {8.73506603281436, 3.0846338075182675, 1.2003838347299907, 0.0, 2.8340860647172708,
               2.169882528252158, 0.6491814056442297, 5.595875517214157},
    .pooled_131x97 = {10.415467179834184, 4.815903206583231, 3.093756575559872, 14.926137421268459,
                      5.973947507851329, 1.9547692549055047, 9.50383137536564, 18.2744987699993,
                      7.179720879230022, 7.258837944188284, 6.342187935908064, 9.872538918410303},
    .small_pooled = {1.6525677235641443, 0.12038769684234578, 3.397605035570915, 7.43776826894192,
                     0.0, 2.1732522813432062, 16.461806708504884, 3.8314036745787377,
                     1.8369862992619825, 5.286772503694504, 1.4085947851950966, 2.107188686366254},
    .small_classes = {6.949298632657805e-08, 3.1725814181837127e-16, 1.825314106299023e-06,
                      1.4022468623288306e-13, 4.92852037380286e-09, 1.0940786176263254e-11,
                      3.393022990633273e-11, 0.0005675082925469547},
    .gradient_size = 96,
    .inference =
        {
            .loss = 85.32045319471,
            .gradients = {{"batch_normalization/gamma",
                           24.22486110608,
                           6.619082415723,
                           {-0.135088245795, -5.772211967334, 0.9935058062454, 1.292546428341}},
                          {"block5_sepconv2_bn/beta",
                           9.132236541061,
                           2.545108276449,
                           {0.003119111270211, 0.04360070124605, 0.2383462650913, 0.1014572719152}},
                          {"block8_sepconv1_bn/gamma",
                           31.05419925763,
                           12.31652601979,
                           {0.0, 1.799071687992, -0.114916481111, -0.6922684754894}},
                          {"block10_sepconv3/depthwise_kernel",
                           101.0021858215,
                           10.05995581921,
                           {-0.1703355761644, 1.219148735882, -3.318739596064, -0.06343250650596}},
                          {"block13_sepconv1_bn/beta",
                           8.080317406587,
                           1.827991698251,
                           {0.8536399092406, 1.827991698251, -0.2602231350908, 0.0}}}},
    .training = {.loss = 0.1199802723648,
                 .gradients = {{"batch_normalization/gamma",
                                12.83345006811,
                                3.451675296222,
                                {1.92527020624, 0.8739893057481, 1.661134474536, 0.9459722925063}},
                               {"block5_sepconv2_bn/beta",
                                1.820175827294,
                                0.2694459743112,
                                {0.1377003275322, -0.01861980133375, -0.04437891602436,
                                 0.06397574408297}},
                               {"block8_sepconv1_bn/gamma",
                                1.656253078311,
                                0.2049151450796,
                                {0.01388219183815, 0.07822511719579, 0.02800623888931,
                                 0.01753666783213}},
                               {"block10_sepconv3/depthwise_kernel",
                                3.185781476003,
                                0.1790467682842,
                                {-0.004526751493932,
                                 0.06091355759082, -0.0507983982337, -0.03614237328955}},
                               {"block13_sepconv1_bn/beta",
                                1.762348344024,
                                0.2686574988067,
                                {0.03661232060196,
                                 -0.06322946911347, -0.01616309692529, -0.1374515487598}}}},
    .moving_after = {{"batch_normalization_2/moving_mean",
                      1.677707676934,
                      0.1342348919872,
                      {0.02932799952179, -0.006094970351554, -0.08137164117572, -0.05323811797684}},
                     {"block11_sepconv2_bn/moving_mean",
                      1.537817722931,
                      0.1083865848602,
                      {-0.03450902286775, 0.01430451697518, 0.09505154122268, 0.09151450568009}}}};

TEST_CASE("Xception has Keras' layers and weights") { check_description(kXception); }

TEST_CASE("Xception on the reference agrees with Keras layer by layer") {
  check_reference(kXception);
}

TEST_CASE("Xception at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kXception);
}

TEST_CASE("Xception in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kXception);
}

TEST_CASE("Xception in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kXception);
}

TEST_CASE("Gradients of Xception on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kXception, BatchNormMode::inference);
}

TEST_CASE("Gradients of Xception on the reference, batch normalisation in training mode") {
  check_gradients_of_reference(kXception, BatchNormMode::training);
}

TEST_CASE("Gradients of Xception in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kXception, BatchNormMode::inference);
}

TEST_CASE("Gradients of Xception in float32, batch normalisation in training mode") {
  check_gradients_in_float(kXception, BatchNormMode::training);
}

}  // namespace
}  // namespace nanopneumo::test
