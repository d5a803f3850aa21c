// Fig. 1 of the paper: loss and accuracy, training and validation, epoch by epoch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"
#include "tools/report/svg_plot.h"

namespace nanopneumo::report {
namespace {

constexpr int kTraining = 0, kValidation = 1;

using Figure = double Epoch::*;

/// Mean of a figure over a group's runs, and its range, at each epoch that all of them have.
struct Course {
  std::vector<Point> low, mean, high;
};

Course course_of(const RunGroup& group, Figure figure) {
  std::size_t epochs = group.first().epochs.size();
  for (const RunRecord& run : group.runs) epochs = std::min(epochs, run.epochs.size());
  Course course;
  for (std::size_t i = 0; i < epochs; ++i) {
    std::vector<double> values;
    for (const RunRecord& run : group.runs) values.push_back(run.epochs[i].*figure);
    const Spread spread = spread_of(values);
    const double x = group.first().epochs[i].number;
    course.low.push_back({x, spread.low});
    course.mean.push_back({x, spread.mean});
    course.high.push_back({x, spread.high});
  }
  return course;
}

void draw(Plot& plot, const Course& course, int series, std::size_t runs) {
  if (runs > 1) plot.band(course.low, course.high, series);
  plot.line(course.mean, series, series == kValidation ? Stroke::dashed : Stroke::solid);
}

Axis epoch_axis(const RunGroup& group) {
  std::size_t epochs = 1;
  for (const RunRecord& run : group.runs) epochs = std::max(epochs, run.epochs.size());
  if (epochs == 1) return {"epoch", 0, 2, {1}, 0};
  Axis axis{"epoch", 1, static_cast<double>(epochs), {}, 0};
  const double step = std::max(1.0, std::ceil(static_cast<double>(epochs) / 10));
  for (double tick = 1; tick <= axis.high; tick += step) axis.ticks.push_back(tick);
  return axis;
}

std::string accuracy_panel(const RunGroup& group) {
  const Course training = course_of(group, &Epoch::accuracy);
  const Course validation = course_of(group, &Epoch::validation_accuracy);
  double low = 1;
  for (const Course* course : {&training, &validation})
    for (const Point& p : course->low) low = std::min(low, p.y);
  const Epoch& best = group.first().best_epoch();
  Plot plot(fmt::format("{}: accuracy", group.title),
            fmt::format("Line plot of {}: training accuracy ends at {:.3f}, validation accuracy at "
                        "{:.3f}; best validation accuracy {:.3f} in epoch {}.",
                        group.title, training.mean.back().y, validation.mean.back().y,
                        best.validation_accuracy, best.number),
            epoch_axis(group), nice_axis("accuracy", std::min(low, 0.9), 1));
  draw(plot, training, kTraining, group.runs.size());
  draw(plot, validation, kValidation, group.runs.size());
  plot.dot({static_cast<double>(best.number), best.validation_accuracy}, kValidation,
           fmt::format("seed {}, best epoch {}: {:.4f}", group.first().config.seed, best.number,
                       best.validation_accuracy));
  return plot.svg();
}

std::string loss_panel(const RunGroup& group) {
  const Course training = course_of(group, &Epoch::loss);
  const Course validation = course_of(group, &Epoch::validation_loss);
  double high = 0;
  for (const Course* course : {&training, &validation})
    for (const Point& p : course->high) high = std::max(high, p.y);
  Plot plot(
      fmt::format("{}: loss", group.title),
      fmt::format("Line plot of {}: training loss from {:.3f} to {:.3f}, validation loss from "
                  "{:.3f} to {:.3f}.",
                  group.title, training.mean.front().y, training.mean.back().y,
                  validation.mean.front().y, validation.mean.back().y),
      epoch_axis(group), nice_axis("loss", 0, high));
  draw(plot, training, kTraining, group.runs.size());
  draw(plot, validation, kValidation, group.runs.size());
  return plot.svg();
}

std::string epochs_table(const RunGroup& group, const RunRecord& run) {
  HtmlTable table(escape(name_of_run(group, run)) + ", every epoch",
                  {"Epoch", "Loss", "Accuracy", "Validation loss", "Validation accuracy", "AUC"});
  for (const Epoch& e : run.epochs)
    table.add({fmt::format("{}{}", e.number, &e == &run.best_epoch() ? " (best)" : ""),
               decimal(e.loss, 4), decimal(e.accuracy, 4), decimal(e.validation_loss, 4),
               decimal(e.validation_accuracy, 4), decimal(e.validation_auc, 4)});
  return table.html();
}

}  // namespace

std::optional<Section> learning_curves_section(const Report& report) {
  std::vector<std::string> panels;
  std::string tables;
  for (const RunGroup& group : report.groups) {
    panels.push_back(
        fmt::format("<div class=\"panel\">{}{}</div>\n", accuracy_panel(group), loss_panel(group)));
    for (const RunRecord& run : group.runs) tables += epochs_table(group, run);
  }
  const std::string keys[] = {legend_entry("training", kTraining),
                              legend_entry("validation", kValidation, Stroke::dashed)};
  return Section{"learning-curves", "Learning curves (Fig. 1)",
                 legend(keys) +
                     figure(panels,
                            "Accuracy and loss per epoch. Several runs: their mean, in the shaded "
                            "band between the smallest and the largest. The dot is the best epoch "
                            "of the lowest seed. Training figures are means over an epoch in which "
                            "the network changes, with dropout and augmentation.") +
                     details("The figures behind the curves", tables)};
}

}  // namespace nanopneumo::report
