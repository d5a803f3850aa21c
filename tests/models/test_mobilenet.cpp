// MobileNet against Keras.
#include <doctest/doctest.h>

#include "tests/models/backbone_checks.h"

namespace nanopneumo::test {
namespace {

const BackboneFigures kMobileNet =
    {.model = "mobilenet",
     .parameters = 3'228'864,
     .non_trainable = 21'888,
     .layers_with_weights = 54,
     .map = {7, 7, 1024},
     .layers = 0x8864c48a3d081e18,
     .layers_with_top = 0x8a344566c8a7cc93,
     .parameters_with_top = 4'253'864,
     .outputs = {{"conv_pw_1_bn", -0.02410171745291, 0.7489616102362, 5.66784226027},
                 {"conv_pw_3_relu", 0.2049087781063, 0.3353995788069, 2.445642481359},
                 {"conv_pad_6", 0.1715508654189, 0.294634831136, 2.512764613313},
                 {"conv_dw_8_bn", 0.048333320939, 0.6400551054544, 6.947515179429},
                 {"conv_pw_10", -0.02812997715298, 0.6493175415884, 2.493795189293},
                 {"conv_pw_12_bn", -0.02575469947878, 0.9155294078284, 4.64766059601},
                 {"conv_pw_13_relu", 0.3205817368395, 0.5208340112021, 4.777571015015}},
     .pooled = {1.4284939343585148, 0.7122929155065623, 0.0, 1.5145616712390795, 0.9879681980145504,
                0.06751721340535963, 0.4050184066193539, 0.0},
     .pooled_131x97 = {1.4748174812283479, 0.13993441401282405, 0.9558308982071418, 0.0,
                       0.5201893617102965, 1.4032791727160967, 0.25251228814607724,
                       0.045957129512848714, 0.30906551518724457, 0.0, 0.04699757563973501,
                       0.10611956785182323},
     .small_pooled = {0.0, 0.0, 0.051350319801628824, 0.0, 0.31749309662075736, 0.0,
                      0.2059892569752943, 0.0, 0.0, 0.0, 0.009563118619534926, 0.16394517715475318},
     .small_classes = {0.000788208755261632, 0.0008858417148524326, 0.0012444533124002766,
                       0.0009137570674810981, 0.0009796647050069347, 0.0010068007964834226,
                       0.0008543424716303747, 0.0010979661574670827},
     .gradient_size = 96,
     .inference =
         {.loss = 4.42136903468,
          .gradients =
              {{"conv_pw_1_bn/beta",
                5.266593559378,
                3.306949250795,
                {-0.2324097858964, 0.3144803425799, -0.5876214276525, -0.07821723105979}},
               {"conv_pw_4/kernel", 20.88431686038, 4.909073879685, {0.0, 0.0, 0.0, 0.0}},
               {"conv_dw_7_bn/gamma",
                3.381928309182,
                1.382342798784,
                {-0.02721167018773, -0.009624631895668, -0.0258822224424, 0.03270077367754}},
               {"conv_pw_9_bn/beta",
                6.812415407317,
                3.352048408295,
                {0.01002024509457, 0.08956764357004, -0.04276849016235, -0.03539245100029}},
               {"conv_pw_12/kernel",
                105.6270593811,
                14.35210582983,
                {0.0, -0.001433715664469, -0.0001857892956002, 0.0}}}},
     .training =
         {.loss = 5.298939589573,
          .gradients = {{"conv_pw_1_bn/beta",
                         64.5962942436,
                         23.95537100866,
                         {-18.29271087271, -3.560618936145, -12.18943928044, 10.84081247906}},
                        {"conv_pw_4/kernel",
                         285.6526322249,
                         9.158160074815,
                         {0.3803079200399, -0.9014344422813, -0.001161422513708, 0.685920138983}},
                        {"conv_dw_7_bn/gamma",
                         11.30404818998,
                         1.61992534852,
                         {0.329694969747, 0.005109834291277, 0.08773588391701, 0.007140470453599}},
                        {"conv_pw_9_bn/beta",
                         3.167225614716,
                         0.7552500186906,
                         {-0.0414789226399, 0.1199916632374, 0.06293391345108, 0.04508320850386}},
                        {"conv_pw_12/kernel",
                         31.82085199486,
                         0.5613744199084,
                         {0.01688653707836, 0.02563741256411, -0.009178016002488,
                          -0.01052020789962}}}},
     .moving_after = {
         {"conv_pw_3_bn/moving_variance",
          11.91028881854,
          1.491986838244,
          {1.412226998605, 0.5411402094234, 0.8897483431812, 0.9658046006341}},
         {"conv_pw_10_bn/moving_mean",
          1.311018621864,
          0.1047773919842,
          {-0.06023829489297, -0.07600877307671, 0.06955128242646, -0.03240240288767}}}};

TEST_CASE("MobileNet has Keras' layers and weights") { check_description(kMobileNet); }

TEST_CASE("MobileNet on the reference agrees with Keras layer by layer") {
  check_reference(kMobileNet);
}

TEST_CASE("MobileNet at its smallest size, not square, with and without top, on every device") {
  check_at_smallest_size(kMobileNet);
}

TEST_CASE("MobileNet in float32 agrees with Keras on every golden input, layered and fused") {
  check_features_in_float(kMobileNet);
}

TEST_CASE("MobileNet in bfloat16 agrees with Keras on every golden input") {
  check_features_in_bfloat16(kMobileNet);
}

TEST_CASE("Gradients of MobileNet on the reference, batch normalisation in inference mode") {
  check_gradients_of_reference(kMobileNet, BatchNormMode::inference);
}

TEST_CASE("Gradients of MobileNet on the reference, batch normalisation in training mode") {
  check_gradients_of_reference(kMobileNet, BatchNormMode::training);
}

TEST_CASE("Gradients of MobileNet in float32, batch normalisation in inference mode") {
  check_gradients_in_float(kMobileNet, BatchNormMode::inference);
}

TEST_CASE("Gradients of MobileNet in float32, batch normalisation in training mode") {
  check_gradients_in_float(kMobileNet, BatchNormMode::training);
}

}  // namespace
}  // namespace nanopneumo::test
