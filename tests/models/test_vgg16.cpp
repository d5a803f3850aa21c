// VGG16 against Keras.
#include <doctest/doctest.h>

#include "tests/models/backbone_checks.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kVGG16 = {
    .model = "vgg16",
    .parameters = 14'714'688,
    .non_trainable = 0,
    .layers_with_weights = 13,
    .map = {7, 7, 512},
    .layers = 0x23a7c0d297bba859,
    .layers_with_top = 0x133603e7a7397c08,
    .parameters_with_top = 138'357'544,
    .bfloat16_tolerance = 0.025,
    .outputs = {{"block1_conv2", 40.58670051473, 61.32621683775, 480.4776446863},
                {"block2_conv2", 35.2271352873, 61.58240326613, 501.4525021128},
                {"block3_conv2", 30.21755044846, 51.93190891434, 437.4146737944},
                {"block3_pool", 39.8753409315, 50.02647638416, 290.316413686},
                {"block4_conv3", 10.24139606621, 17.44325863847, 130.7356779437},
                {"block5_conv2", 5.366128435792, 9.31976938612, 67.75902629343},
                {"block5_pool", 8.747360268583, 8.032643861485, 54.63975647581}},
    .pooled = {15.278686018899593, 9.833406842378384, 6.636950203683684, 6.094971485641974,
               7.987466021208544, 7.368080763905662, 11.572047289806203, 6.948441009330635},
    .pooled_131x97 = {18.50891054257632, 1.8659068660046791, 6.6926218518213085, 5.962410063935625,
                      9.887848964999863, 10.62852316503236, 12.563679070288432, 8.46784963972477,
                      8.683551509967428, 14.300212589651993, 2.032435583141184, 9.63114679839018},
    .small_pooled = {9.213989594555917, 5.878664695403879, 3.126038612625971, 7.962801797640811,
                     1.3976045912354618, 9.21601024769096, 8.053201379476253, 11.335857710174187,
                     18.858141562877258, 2.715299107198092, 5.424974269448787, 1.6241824806845062},
    .small_classes = {7.033024526884017e-09, 3.5413471230254885e-11, 1.0112221849001347e-08,
                      2.448785196729905e-10, 5.24204318243009e-06, 3.9254063555130047e-11,
                      3.1363101970148475e-08, 2.997991860173419e-11},
    .gradient_size = 96,
    .inference =
        {.loss = 30.89863509101,
         .gradients = {{"block1_conv2/kernel",
                        3041.83366476,
                        84.74849194106,
                        {-8.773976018673, -4.194858227049, -14.01421127766, -18.81222715703}},
                       {"block2_conv2/bias",
                        1.406952777906,
                        0.3530153569639,
                        {0.02788027279404, -0.04675717908821, -0.04647682595565,
                         -0.002544316043567}},
                       {"block3_conv3/bias",
                        2.303392658468,
                        0.5725075151288,
                        {-0.04686408768498, -0.04488723980382, 0.07106779013825, 0.02378085475614}},
                       {"block4_conv3/kernel",
                        5088.352071995,
                        65.17127564399,
                        {0.8242651282707, 0.3365705760936, -0.1639318339203, 0.8497503846401}},
                       {"block5_conv2/bias",
                        5.164532373357,
                        0.9807810648355,
                        {-0.1331612956436, -0.1726582068911, -0.1145866543364, -0.1732915761274}}}},
    .training =
        {.loss = 30.89863509101,
         .gradients = {{"block1_conv2/kernel",
                        3041.83366476,
                        84.74849194106,
                        {-8.773976018673, -4.194858227049, -14.01421127766, -18.81222715703}},
                       {"block2_conv2/bias",
                        1.406952777906,
                        0.3530153569639,
                        {0.02788027279404, -0.04675717908821, -0.04647682595565,
                         -0.002544316043567}},
                       {"block3_conv3/bias",
                        2.303392658468,
                        0.5725075151288,
                        {-0.04686408768498, -0.04488723980382, 0.07106779013825, 0.02378085475614}},
                       {"block4_conv3/kernel",
                        5088.352071995,
                        65.17127564399,
                        {0.8242651282707, 0.3365705760936, -0.1639318339203, 0.8497503846401}},
                       {"block5_conv2/bias",
                        5.164532373357,
                        0.9807810648355,
                        {-0.1331612956436, -0.1726582068911, -0.1145866543364, -0.1732915761274}}}},
};

TEST_CASE("VGG16 has Keras' layers and weights") { check_description(kVGG16); }

TEST_CASE("VGG16 on the reference agrees with Keras layer by layer") { check_reference(kVGG16); }

TEST_CASE("VGG16 at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kVGG16);
}

TEST_CASE("VGG16 in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kVGG16);
}

TEST_CASE("VGG16 in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kVGG16);
}

TEST_CASE("Gradients of VGG16 on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kVGG16, BatchNormMode::inference);
}

TEST_CASE("Gradients of VGG16 in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kVGG16, BatchNormMode::inference);
}

}  // namespace
}  // namespace nanopneumo::test
