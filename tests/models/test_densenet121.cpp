// DenseNet121 against Keras.
#include <doctest/doctest.h>

#include "tests/models/backbone_checks.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kDenseNet121 = {
    .model = "densenet121",
    .parameters = 7'037'504,
    .non_trainable = 83'648,
    .layers_with_weights = 241,
    .map = {7, 7, 1024},
    .layers = 0x693903c314cab1c9,
    .layers_with_top = 0xc2f800ce0bf1765c,
    .parameters_with_top = 8'062'504,
    .outputs = {{"conv2_block5_0_relu", 1.608859074279, 1.985949653851, 18.43643718209},
                {"conv3_block8_2_conv", 0.7635375661486, 2.173122593119, 6.861072825858},
                {"conv4_block6_1_conv", -0.2109994208919, 2.296411169849, 7.523425702734},
                {"conv4_block16_1_conv", -0.3298251462049, 2.321425631817, 9.086480389473},
                {"conv5_block1_concat", -0.1360916781704, 2.200159666141, 8.566573808498},
                {"conv5_block12_0_bn", -0.1436527956778, 2.077735311511, 10.14898797295},
                {"relu", 0.686559188369, 1.0793336973, 7.168095628261}},
    .pooled = {1.7905105829716712, 0.0014719356460574304, 0.04697738459262701, 2.5831600042163245,
               0.034494161751461874, 0.0, 1.1603999162163599, 0.8664138381931547},
    .pooled_131x97 = {1.8818365184986368, 0.0, 2.1757320251303933, 0.10641254033667852,
                      0.16175942068363922, 0.9784125084451465, 0.001289979816838309,
                      0.025917178744030652, 0.48138502334850064, 0.0312566324003822,
                      1.2784496966353924, 0.01894655298466165},
    .small_pooled = {0.0, 0.0, 0.0, 1.430723339396824, 0.0, 0.0, 0.0, 0.6556176846842503, 0.0,
                     0.15537156382205108, 0.0, 0.0},
    .small_classes = {0.001650242649110512, 0.0002736717059046348, 0.0003632197785391281,
                      0.0009136667627138214, 0.0010850387809432994, 0.0005986944846806368,
                      0.0008543846785685605, 0.0001356660495583518},
    .gradient_size = 96,
    .inference = {.loss = 25.99272403131,
                  .gradients = {{"conv2_block6_1_bn/gamma",
                                 4.683522692091,
                                 2.330617557692,
                                 {0.03872770426851, 0.0, -0.2943343763014, -0.0002927660804149}},
                                {"conv3_block12_0_bn/gamma",
                                 3.749870225291,
                                 1.176019026605,
                                 {-0.5086510638909, 0.0002489008408653, 0.02039895420766,
                                  0.1195334208064}},
                                {"conv4_block11_1_bn/beta",
                                 2.387082150255,
                                 0.7133700333082,
                                 {-0.1304607609162, -0.009249829402464, 0.1376657864637,
                                  0.002255596182746}},
                                {"conv4_block23_1_bn/beta",
                                 1.612546271754,
                                 0.549312480625,
                                 {-0.08532508691458, 0.002639211035999, -0.0796511763242,
                                  -0.02892565831295}},
                                {"conv5_block11_0_bn/beta",
                                 1.137505622431,
                                 0.2434482879571,
                                 {0.06373647349023, 0.0, -0.01228524467767, -0.06919818795063}}}},
    .training =
        {
            .loss = 3.788744401328,
            .gradients =
                {{"conv2_block6_1_bn/gamma",
                  4.886536396989,
                  1.352047451152,
                  {0.3667870486879, -0.1242124957331, 0.0141010121555, -0.5004879914937}},
                 {"conv3_block12_0_bn/gamma",
                  1.940328278274,
                  0.2659141128956,
                  {0.1515914665902, 0.1851958083837, -0.06868028429739, 0.1965223623624}},
                 {"conv4_block11_1_bn/beta",
                  0.6727935085656,
                  0.1630486086275,
                  {-0.01355953140382, -0.08035045174617, 0.04636928291863, 0.02927794254121}},
                 {"conv4_block23_1_bn/beta",
                  0.4561441951363,
                  0.1165749857741,
                  {-0.007669313451524, -0.04134749443823, 0.05398163726856, -0.01809802435417}},
                 {"conv5_block11_0_bn/beta",
                  0.293417578446,
                  0.03115584306094,
                  {-0.01796911319814, 0.009882098308235, 0.008144903128437, 0.0143070103359}}}},
    .moving_after = {{"conv3_block9_0_bn/moving_mean",
                      1.125248670731,
                      0.1037108790959,
                      {0.009907222324782, -0.02553977212276, 0.005882670567233, 0.01358591525664}},
                     {"conv5_block2_0_bn/moving_variance",
                      23.83213336173,
                      1.484806429624,
                      {1.211827563969, 0.6374399912909, 0.8297800529448, 1.341512943326}}}};

TEST_CASE("DenseNet121 has Keras' layers and weights") { check_description(kDenseNet121); }

TEST_CASE("DenseNet121 on the reference agrees with Keras layer by layer") {
  check_reference(kDenseNet121);
}

TEST_CASE("DenseNet121 at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kDenseNet121);
}

TEST_CASE("DenseNet121 in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kDenseNet121);
}

TEST_CASE("DenseNet121 in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kDenseNet121);
}

TEST_CASE("Gradients of DenseNet121 on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kDenseNet121, BatchNormMode::inference);
}

TEST_CASE("Gradients of DenseNet121 on the reference, batch normalisation in training mode") {
  check_gradients_of_reference(kDenseNet121, BatchNormMode::training);
}

TEST_CASE("Gradients of DenseNet121 in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kDenseNet121, BatchNormMode::inference);
}

TEST_CASE("Gradients of DenseNet121 in float32, batch normalisation in training mode") {
  check_gradients_in_float(kDenseNet121, BatchNormMode::training);
}

}  // namespace
}  // namespace nanopneumo::test
