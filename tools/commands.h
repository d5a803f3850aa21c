// The subcommands, one file each.
#pragma once

#include "tools/command_line.h"

namespace nanopneumo {

void add_train_command(Command app);
void add_reproduce_command(Command app);
void add_evaluate_command(Command app);
void add_predict_command(Command app);
void add_gradcam_command(Command app);
void add_saliency_command(Command app);
void add_occlusion_command(Command app);
void add_featuremaps_command(Command app);
void add_report_command(Command app);
void add_compare_command(Command app);
void add_summary_command(Command app);
void add_draw_command(Command app);
void add_features_command(Command app);
void add_classify_command(Command app);
void add_data_command(Command app);
void add_fetch_command(Command app);
void add_bench_command(Command app);
void add_profile_command(Command app);
void add_export_command(Command app);
void add_inspect_command(Command app);
void add_doctor_command(Command app);

}  // namespace nanopneumo
