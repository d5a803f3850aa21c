// The subcommands, one file each.
#pragma once

#include <CLI/CLI.hpp>

namespace nanopneumo {

void add_train_command(CLI::App& app);
void add_evaluate_command(CLI::App& app);
void add_predict_command(CLI::App& app);
void add_summary_command(CLI::App& app);
void add_draw_command(CLI::App& app);
void add_features_command(CLI::App& app);
void add_classify_command(CLI::App& app);
void add_data_command(CLI::App& app);
void add_bench_command(CLI::App& app);
void add_profile_command(CLI::App& app);
void add_export_command(CLI::App& app);
void add_inspect_command(CLI::App& app);
void add_doctor_command(CLI::App& app);

}  // namespace nanopneumo
