#include "train/config_callbacks.h"

namespace nanopneumo {
namespace {

void insert_monitor(toml::table& table, const Monitor& monitor) {
  table.insert("monitor", monitor.metric);
  table.insert("mode", monitor.mode);
  table.insert("min_delta", monitor.min_delta);
}

void read_monitor(TableReader& reader, Monitor& monitor) {
  reader.read_if_there("monitor", monitor.metric);
  reader.read_if_there("mode", monitor.mode);
  reader.read_if_there("min_delta", monitor.min_delta);
}

toml::table schedule_table(const Schedule& schedule) {
  return toml::table{{"kind", schedule.name()},
                     {"warm_up_epochs", schedule.warm_up_epochs},
                     {"decay_epochs", schedule.decay_epochs},
                     {"step_factor", schedule.step_factor},
                     {"final_fraction", schedule.final_fraction}};
}

Schedule read_schedule(TableReader reader) {
  Schedule schedule;
  std::string kind = schedule.name();
  reader.read_if_there("kind", kind);
  reader.read_if_there("warm_up_epochs", schedule.warm_up_epochs);
  reader.read_if_there("decay_epochs", schedule.decay_epochs);
  reader.read_if_there("step_factor", schedule.step_factor);
  reader.read_if_there("final_fraction", schedule.final_fraction);
  reader.finish();
  schedule.kind = Schedule::parse(kind);
  return schedule;
}

toml::table plateau_table(const Plateau& plateau) {
  toml::table table{{"factor", plateau.factor},
                    {"patience", plateau.patience},
                    {"cooldown", plateau.cooldown},
                    {"min_learning_rate", plateau.min_learning_rate}};
  insert_monitor(table, plateau.monitor);
  return table;
}

Plateau read_plateau(TableReader reader) {
  Plateau plateau;
  read_monitor(reader, plateau.monitor);
  reader.read_if_there("factor", plateau.factor);
  reader.read_if_there("patience", plateau.patience);
  reader.read_if_there("cooldown", plateau.cooldown);
  reader.read_if_there("min_learning_rate", plateau.min_learning_rate);
  reader.finish();
  return plateau;
}

toml::table early_stopping_table(const EarlyStopping& stopping) {
  toml::table table{{"patience", stopping.patience},
                    {"start_from_epoch", stopping.start_from_epoch}};
  insert_monitor(table, stopping.monitor);
  if (stopping.baseline) table.insert("baseline", *stopping.baseline);
  return table;
}

EarlyStopping read_early_stopping(TableReader reader) {
  EarlyStopping stopping;
  read_monitor(reader, stopping.monitor);
  reader.read_if_there("patience", stopping.patience);
  reader.read_if_there("start_from_epoch", stopping.start_from_epoch);
  reader.read("baseline", stopping.baseline);
  reader.finish();
  return stopping;
}

toml::table clipping_table(const Clipping& clipping) {
  return toml::table{{"kind", clipping.name()}, {"limit", clipping.limit}};
}

Clipping read_clipping(TableReader reader) {
  Clipping clipping;
  std::string kind = clipping.name();
  reader.read("kind", kind);
  reader.read("limit", clipping.limit);
  reader.finish();
  clipping.kind = Clipping::parse(kind);
  return clipping;
}

}  // namespace

void insert_callbacks(toml::table& table, const Config& c) {
  const Config plain;
  if (c.accumulate != plain.accumulate) table.insert("accumulate", c.accumulate);
  if (c.tensorboard != plain.tensorboard) table.insert("tensorboard", c.tensorboard);
  if (c.schedule != plain.schedule) table.insert("schedule", schedule_table(c.schedule));
  if (c.plateau) table.insert("plateau", plateau_table(*c.plateau));
  if (c.early_stopping) table.insert("early_stopping", early_stopping_table(*c.early_stopping));
  if (c.clipping != plain.clipping) table.insert("clipping", clipping_table(c.clipping));
}

void read_callbacks(TableReader& reader, const std::string& file, Config& c) {
  reader.read_if_there("accumulate", c.accumulate);
  reader.read_if_there("tensorboard", c.tensorboard);
  const auto if_there = [&](const char* key, const auto& read) {
    if (!reader.has(key)) return;
    const toml::table table = reader.sub_table(key);
    read(TableReader(table, file));
  };
  if_there("schedule", [&](const TableReader& table) { c.schedule = read_schedule(table); });
  if_there("plateau", [&](const TableReader& table) { c.plateau = read_plateau(table); });
  if_there("early_stopping",
           [&](const TableReader& table) { c.early_stopping = read_early_stopping(table); });
  if_there("clipping", [&](const TableReader& table) { c.clipping = read_clipping(table); });
}

}  // namespace nanopneumo
