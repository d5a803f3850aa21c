// ResNet50 against Keras.
#include <doctest/doctest.h>

#include "tests/models/backbone_checks.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kResNet50 = {
    .model = "resnet50",
    .parameters = 23'587'712,
    .non_trainable = 53'120,
    .layers_with_weights = 106,
    .map = {8, 8, 2048},
    .layers = 0x8b2ed4015230ab0a,
    .layers_with_top = 0x30f6f936e19656f4,
    .parameters_with_top = 25'636'712,
    .outputs = {{"conv2_block1_0_bn", -3.767047116373, 124.7667638178, 634.424890659},
                {"conv3_block1_2_relu", 57.85164670446, 99.37759763967, 667.8237256093},
                {"conv3_block4_1_relu", 86.37040645606, 134.836178117, 847.6257143553},
                {"conv4_block2_add", 71.68701505446, 155.1487243555, 925.1669073479},
                {"conv4_block5_3_bn", 0.0142925538787, 72.54988049811, 431.6403157687},
                {"conv5_block2_2_bn", -21.43470075846, 106.1726968791, 496.4517252365},
                {"conv5_block3_out", 66.58809628464, 88.78677308437, 705.2303089402}},
    .pooled = {17.682871922051465, 16.00579035071481, 37.655682959801545, 21.355022251705332,
               2.275818329258505, 0.0, 17.494067741910783, 3.096313597131265},
    .pooled_131x97 = {58.15473124405334, 60.50670088662292, 45.47740963357555, 73.24926114219424,
                      11.167077910323954, 211.41375536017713, 28.47237019446335, 41.23756898852491,
                      73.22476598335922, 72.46787739549096, 77.28686086665303, 113.35335125323022},
    .small_pooled = {27.18978032987311, 28.683425090288267, 43.76358225653095, 23.074024780375062,
                     14.01134734941418, 18.738565374658336, 27.273970107440334, 41.013432153875414,
                     119.18700563652794, 42.94694103071472, 14.454005862482882, 0.0},
    .small_classes = {7.33164480030295e-128, 2.0100106678984533e-60, 1.7500131638643892e-59,
                      2.553447489988037e-47, 1.2767916812277515e-100, 6.230296403057665e-68,
                      6.907712856117585e-89, 6.216063507325647e-46},
    .gradient_size = 96,
    .inference =
        {.loss = -2712.141916454,
         .gradients = {{"conv2_block2_1_conv/bias",
                        2.093689312517,
                        1.17772454657,
                        {-0.04409359212772, 0.1394429467874, -0.02582683484351, 0.05048074430403}},
                       {"conv3_block2_1_bn/beta",
                        4.399993976024,
                        1.482687197318,
                        {1.482687197318, 0.9083326742269, -0.08231454753873, 0.0}},
                       {"conv4_block1_3_conv/kernel",
                        12202.48031153,
                        762.0206737726,
                        {66.17413216884, 6.557290578356, 0.0, 19.39979303884}},
                       {"conv4_block5_1_conv/kernel",
                        19812.6114567,
                        702.5581184134,
                        {-2.464180320367, -1.997280855472, -0.01246346073047, -0.3953926387824}},
                       {"conv5_block2_1_bn/gamma",
                        625.9980352049,
                        188.9165757026,
                        {1.757171560595, 34.17928832204, 29.44397854491, 0.0}}}},
    .training =
        {
            .loss = 1.133502012473,
            .gradients = {{"conv2_block2_1_conv/kernel",
                           1729.533701967,
                           67.13804531321,
                           {-6.8991088763, 20.10476960577, -24.5820758126, 5.187879849674}},
                          {"conv3_block2_1_bn/beta",
                           40.56821220634,
                           11.74212631634,
                           {-0.823794846652, 6.740897108551, -4.641568928125, 0.6600473221787}},
                          {"conv4_block1_3_conv/kernel",
                           180.9851178352,
                           2.445358847858,
                           {0.1701548026275, 0.6465731632246, 0.05954120245245, -0.668284070602}},
                          {"conv4_block5_1_conv/kernel",
                           125.3765525947,
                           1.662022805635,
                           {0.06462528429356, -0.2867443774424, 0.1600905262171, 0.1494105139007}},
                          {"conv5_block2_1_bn/beta",
                           2.214435170568,
                           0.2779588514646,
                           {-0.2105042504486, 0.006228977817977, 0.02779938373632,
                            0.02766439767137}}}},
    .moving_after = {{"conv3_block1_0_bn/moving_mean",
                      1.324735138748,
                      0.1155734971295,
                      {-0.0657861686205, 0.02711375183723, -0.0364792610049, -0.0659853245614}},
                     {"conv4_block5_3_bn/moving_variance",
                      33.26727270918,
                      1.492518616451,
                      {0.7061467385164, 0.8379301723567, 1.053155909573, 1.304067829446}}}};

TEST_CASE("ResNet50 has Keras' layers and weights") { check_description(kResNet50); }

TEST_CASE("ResNet50 on the reference agrees with Keras layer by layer") {
  check_reference(kResNet50);
}

TEST_CASE("ResNet50 at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kResNet50);
}

TEST_CASE("ResNet50 in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kResNet50);
}

TEST_CASE("ResNet50 in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kResNet50);
}

TEST_CASE("Gradients of ResNet50 on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kResNet50, BatchNormMode::inference);
}

TEST_CASE("Gradients of ResNet50 on the reference, batch normalisation in training mode") {
  check_gradients_of_reference(kResNet50, BatchNormMode::training);
}

TEST_CASE("Gradients of ResNet50 in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kResNet50, BatchNormMode::inference);
}

TEST_CASE("Gradients of ResNet50 in float32, batch normalisation in training mode") {
  check_gradients_in_float(kResNet50, BatchNormMode::training);
}

}  // namespace
}  // namespace nanopneumo::test
