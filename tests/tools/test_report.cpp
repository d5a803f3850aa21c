// report: the pages it writes, and what it refuses.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/image_write.h"
#include "io/phantoms.h"
#include "tests/support/cases.h"
#include "tests/tools/html_check.h"
#include "tests/tools/report_runs.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/paper.h"
#include "train/bootstrap.h"
#include "train/calibration.h"
#include "train/delong.h"
#include "train/metrics.h"
#include "train/roc.h"
#include "train/temperature.h"

namespace nanopneumo::test {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void check_well_formed(const std::string& html) {
  for (const std::string& fault : html_faults(html)) FAIL_CHECK(fault);
}

/// A row of a run that was judged rightly on `right` of `n` images.
std::string accuracy_cell(int right, int n) {
  const Interval i = wilson_interval(right, n);
  return fmt::format("{:.1f}\u202f% {:.1f} – {:.1f}", 100.0 * right / n, 100 * i.low, 100 * i.high);
}

/// Single spaces only.
std::string squeezed(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (!(c == ' ' || c == '\n') || (!result.empty() && result.back() != ' '))
      result += c == '\n' ? ' ' : c;
  return result;
}

}  // namespace

TEST_CASE("two trainings become a page that stands alone") {
  const Sandbox sandbox;
  const Arguments more{"--epochs", "2", "--augment", "paper"};
  for (const char* seed : {"1", "2"}) {
    Arguments arguments = tiny_training(fmt::format("runs/cnn-{}", seed), more);
    arguments.insert(arguments.end(), {"--seed", seed});
    sandbox.succeed(arguments);
  }
  sandbox.succeed({"report", "runs", "--model-card", "CARD.md"});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  for (const char* part :
       {"not a medical device", "Synthetic data", "CNN from scratch, seed\u00a01", "seed\u00a02",
        "86.06", "Learning curves", "role=\"img\"", "prefers-color-scheme", "@media print",
        "Models trained several times", "data:image/png;base64,", "Peak memory", "[augmentation]"})
    CHECK_MESSAGE(contains(html, part), part);
  CHECK_FALSE(contains(html, sandbox.path().string()));
  const std::string card = sandbox.read("CARD.md");
  for (const char* part :
       {"not a medical device", "synthetic pictures", "| accuracy |", "## Limits"})
    CHECK_MESSAGE(contains(card, part), part);
  sandbox.succeed({"report", "runs/cnn-1", "runs/cnn-2", "--out", "again.html"});
  CHECK(sandbox.read("again.html") == html);
  count_cases(3);
}

TEST_CASE("the figures on the page are those computed") {
  const Sandbox sandbox;
  const KnownRun first{.name = "first", .predictions = known_predictions(90, 80)};
  const KnownRun second{
      .name = "second", .model = "mobilenet", .predictions = known_predictions(90, 71)};
  first.write(sandbox);
  second.write(sandbox);
  sandbox.succeed({"report", "first", "second"});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  const std::string text = squeezed(html_text(html));
  CHECK(contains(text, accuracy_cell(80, 90)));
  CHECK(contains(text, accuracy_cell(71, 90)));
  CHECK(contains(text, "Random backbone."));
  CHECK(contains(text, "2 min 06 s"));
  CHECK(contains(text, "1,234"));
  for (const KnownRun* run : {&first, &second}) {
    const std::vector<double> scores = run->predictions.probabilities();
    const auto& labels = run->predictions.labels;
    CHECK(contains(text, fmt::format("{:.3f} {:.3f} – {:.3f}", *roc_auc(scores, labels),
                                     delong(scores, labels)->interval95.low,
                                     std::min(1.0, delong(scores, labels)->interval95.high))));
    const auto pr = bootstrap_interval(scores, labels, average_precision);
    CHECK(contains(text, fmt::format("{:.3f} {:.3f} – {:.3f}", *average_precision(scores, labels),
                                     pr->low, pr->high)));
    CHECK(contains(text, fmt::format("{:.3f} {:.3f}", log_loss(scores, labels),
                                     expected_calibration_error(scores, labels))));
    const auto youden = youden_point(scores, labels);
    CHECK(contains(text, fmt::format("{:.3f} {:.1f}\u202f% {:.1f}\u202f%", youden->threshold,
                                     100 * youden->sensitivity, 100 * youden->specificity)));
    count_cases();
  }
  // The second is wrong on nine images more, and right on none that the first has wrong.
  CHECK(contains(text, fmt::format("+10.0 9 0 {0} {0}", report::p_value(mcnemar_exact(9, 0)))));
  const auto auc = delong_test(first.predictions.probabilities(),
                               second.predictions.probabilities(), first.predictions.labels);
  CHECK(contains(html_text(html), squeezed(html_text(report::p_value(auc->p_value)))));
  CHECK(contains(text, "the accuracies of the one pair of models differ by more than chance"));
  count_cases(2);
}

TEST_CASE("transfer is set against training from scratch, as in the paper") {
  const Sandbox sandbox;
  const auto write = [&](const char* name, const char* model, std::uint64_t seed, int right,
                         const char* data, const char* weights) {
    KnownRun{.name = name,
             .model = model,
             .seed = seed,
             .predictions = known_predictions(90, right),
             .data = data,
             .weights = weights}
        .write(sandbox);
  };
  const auto said_of = [&](Arguments runs) {
    runs.insert(runs.begin(), "report");
    sandbox.succeed(runs);
    const std::string html = sandbox.read("report.html");
    check_well_formed(html);
    return squeezed(html_text(html));
  };
  write("cnn", "cnn", 1, 72, "xrays", "none");
  write("mobilenet-1", "mobilenet", 1, 81, "xrays", "weights.h5");
  write("mobilenet-2", "mobilenet", 2, 85, "xrays", "weights.h5");
  write("vgg16", "vgg16", 1, 63, "xrays", "weights.h5");
  // 83 and 63 of 90 are 73 on average, one more than the CNN's.
  const std::string both = said_of({"cnn", "mobilenet-1", "mobilenet-2", "vgg16"});
  CHECK(
      contains(both,
               "mean of 2 networks with a backbone, +1.11 points of accuracy against the CNN. The "
               "paper's: seven, +4.35 points."));
  CHECK_FALSE(contains(both, "nothing was transferred"));
  CHECK(contains(said_of({"cnn", "vgg16"}), "one network with a backbone, -10.00 points"));
  for (const Arguments& alone : {Arguments{"cnn"}, Arguments{"mobilenet-1", "vgg16"}})
    CHECK_FALSE(contains(said_of(alone), "Transfer against"));
  write("drawn-cnn", "cnn", 1, 72, "", "none");
  write("drawn", "mobilenet", 1, 81, "", "none");
  const std::string drawn = said_of({"drawn-cnn", "drawn"});
  CHECK(contains(drawn,
                 "The paper's, on X-rays: seven, +4.35 points. The backbones of 1 are random"));
  // What the paper gives as numbers does not make its 4.35.
  std::int64_t right = 0;
  for (const char* model : {"resnet50", "mobilenet"}) right += report::paper_result(model)->right;
  const double two =
      100 *
      (static_cast<double>(right) / 2 - static_cast<double>(report::paper_result("cnn")->right)) /
      static_cast<double>(report::kPaperValidationImages);
  CHECK(two == doctest::Approx(5.37).epsilon(0.001));
  count_cases(6);
}

TEST_CASE("hostile names are text and nothing more") {
  const Sandbox sandbox;
  const std::string name = "<img src=x onerror=alert(1)>\"'&amp;";
  Predictions predictions = known_predictions(30, 25);
  predictions.names[0] = "</title><script>alert(2)</script>";
  KnownRun{.name = name, .predictions = predictions}.write(sandbox);
  KnownRun{.name = "other", .predictions = known_predictions(30, 20)}.write(sandbox);
  sandbox.write(name + "/gradcam/<b onclick=1>.png", "");
  write_png(sandbox.path(name + "/gradcam/<b onclick=1>.png"), phantom(16, 16, 1, 1, 0));
  sandbox.write(name + "/audit.json",
                R"({"<u>": "</table><script>", "list": [{"a<": 1}, {"b": "&"}]})");
  sandbox.succeed({"compare", name, "other", "--out", "page.html"});
  sandbox.succeed({"report", name, "--title", "<h1>&", "--model-card", "CARD.md"});
  for (const char* file : {"page.html", "report.html"}) {
    const std::string html = sandbox.read(file);
    check_well_formed(html);
    CHECK(contains(html_text(html), name));
    for (const char* part : {"<script", "<img src=x", "<b onclick", "<u>"})
      CHECK_FALSE(contains(html, part));
    count_cases();
  }
  CHECK(contains(sandbox.read("CARD.md"), "\\<img src=x"));
}

TEST_CASE("what is missing is said") {
  const Sandbox sandbox;
  KnownRun{.name = "bare",
           .predictions = known_predictions(30, 25),
           .keeps_predictions = false,
           .keeps_timing = false}
      .write(sandbox);
  KnownRun{.name = "full", .model = "mobilenet", .predictions = known_predictions(30, 25)}.write(
      sandbox);
  KnownRun{.name = "elsewhere", .model = "vgg16", .predictions = known_predictions(31, 25)}.write(
      sandbox);
  sandbox.succeed({"report", "bare", "full", "elsewhere"});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  for (const char* part :
       {"(predictions.csv): CNN from scratch.", "not recorded", "on different images"})
    CHECK_MESSAGE(contains(html, part), part);
  CHECK_FALSE(contains(html, "id=\"gradcam\""));
  CHECK_FALSE(contains(html, "id=\"audit\""));
  CHECK_FALSE(contains(html, "id=\"test\""));
  sandbox.succeed({"report", "bare"});
  check_well_formed(sandbox.read("report.html"));
  count_cases(2);
}

TEST_CASE("pictures, an audit and test images get their sections") {
  const Sandbox sandbox;
  KnownRun{.name = "run", .predictions = known_predictions(30, 25)}.write(sandbox);
  for (const char* file :
       {"gradcam/001-a.png", "gradcam/plain_name.png", "featuremaps/01-conv1.png",
        "occlusion/001-a.png", "saliency/001-a.png"}) {
    sandbox.write(std::filesystem::path("run") / file, "");
    write_png(sandbox.path(std::filesystem::path("run") / file), phantom(16, 16, 1, 1, 0));
  }
  sandbox.write("run/gradcam/manifest.json",
                R"({"pictures": [{"file": "001-a.png", "image": "x/person12.jpeg",
                "label": "PNEUMONIA", "called": "NORMAL", "probability": 0.314, "right": false,
                "layer": "conv2d_4"}], "pointing_game": {"hits": 40, "phantoms": 50,
                "interval95": [0.1, 0.2], "random_place": 0.11, "best_fixed_place": 0.5}})");
  sandbox.write("run/occlusion/occlusion.json", R"({"border": {"labels_changed": 7}})");
  sandbox.write("run/audit.json",
                R"({"exact_duplicates": {"pictures": 1234, "sets": [["a", "b"]]},
                "parts": [{"source": "train/", "features": {"height": {"auc": 0.512}}},
                {"source": "test/"}], "notes": ["neither is proven"]})");
  sandbox.write("run/test.json",
                R"({"images": [{"label": 1, "score": 0.9}, {"label": 0, "score": 0.2},
                {"label": 1, "score": 0.4}, {"label": 0, "score": 0.1}]})");
  sandbox.succeed({"report", "run"});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  const std::string text = squeezed(html_text(html));
  for (const char* part :
       {"person12.jpeg: is PNEUMONIA, called NORMAL (0.31), wrong; layer conv2d_4", "plain name",
        "01-conv1", "seed\u00a01 40 50 80.0", "border: labels changed 7",
        "exact duplicates: pictures 1,234", "features: height: auc 0.512 –", "source train/ test/",
        "neither is proven", "CNN from scratch, seed\u00a01 4 75.0"})
    CHECK_MESSAGE(contains(text, part), part);
  for (const char* id : {"gradcam", "featuremaps", "occlusion", "saliency", "audit", "test"})
    CHECK_MESSAGE(contains(html, fmt::format("<h2 id=\"{}\">", id)), id);
  count_cases(6);
}

TEST_CASE("phantoms that another seed drew are other images") {
  const Sandbox sandbox;
  for (const std::uint64_t seed : {1, 2})
    KnownRun{
        .name = fmt::format("run{}", seed), .seed = seed, .predictions = known_predictions(30, 25)}
        .write(sandbox);
  CHECK(contains(sandbox.succeed({"compare", "run1", "run2"}).out, "different images"));
  sandbox.succeed({"report", "run1", "run2"});
  CHECK_FALSE(contains(sandbox.read("report.html"), "id=\"ensembles\""));
  count_cases();
}

TEST_CASE("seeds and models are taken together as ensembles") {
  const Sandbox sandbox;
  const KnownRun a{.name = "a", .predictions = known_predictions(90, 80), .data = "xrays"};
  const KnownRun b{
      .name = "b", .seed = 2, .predictions = known_predictions(90, 60), .data = "xrays"};
  const KnownRun c{
      .name = "c", .model = "mobilenet", .predictions = known_predictions(90, 40), .data = "xrays"};
  for (const KnownRun* run : {&a, &b, &c}) run->write(sandbox);
  sandbox.succeed({"report", "a", "b", "c"});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  const std::string text = squeezed(html_text(html));
  const auto expect = [&](const std::string& name, const std::vector<const KnownRun*>& runs) {
    std::vector<double> mean(90, 0);
    for (const KnownRun* run : runs)
      for (std::size_t i = 0; i < mean.size(); ++i)
        mean[i] += run->predictions.probabilities()[i] / static_cast<double>(runs.size());
    const ConfusionMatrix m = confusion_matrix(mean, a.predictions.labels);
    const auto right = static_cast<int>(m.true_positives + m.true_negatives);
    INFO(name);
    CHECK(contains(text, fmt::format("{} {} {} {:.3f}", name, runs.size(), accuracy_cell(right, 90),
                                     *roc_auc(mean, a.predictions.labels))));
    count_cases();
  };
  expect("CNN from scratch, all seeds", {&a, &b});
  expect("all models", {&a, &b, &c});
}

TEST_CASE("seeds whose accuracies overlap take the certainty from a paired test") {
  const Sandbox sandbox;
  const auto run = [&](const char* name, const char* model, int seed, int right) {
    KnownRun{.name = name,
             .model = model,
             .seed = static_cast<std::uint64_t>(seed),
             .predictions = known_predictions(90, right),
             .data = "xrays"}
        .write(sandbox);
  };
  run("a", "cnn", 1, 80);
  run("b", "cnn", 2, 60);
  run("c", "mobilenet", 1, 65);
  run("d", "mobilenet", 2, 68);
  run("e", "vgg16", 1, 50);
  run("f", "vgg16", 2, 52);
  sandbox.succeed({"report", "a", "b", "c", "d", "e", "f"});
  const std::string text = squeezed(html_text(sandbox.read("report.html")));
  CHECK(contains(text, "over all seeds the accuracies of 1 of 3 pairs overlap"));
  std::size_t apart = 0;
  for (auto at = text.find(" apart "); at != text.npos; at = text.find(" apart ", at + 1)) ++apart;
  CHECK(apart == 2);
  sandbox.succeed({"report", "a", "c"});
  CHECK_FALSE(contains(squeezed(html_text(sandbox.read("report.html"))), "over all seeds"));
  count_cases(2);
}

TEST_CASE("the folds of a cross-validation are one model") {
  const Sandbox sandbox;
  int right = 0;
  for (int fold = 1; fold <= 3; ++fold) {
    Predictions some = known_predictions(30, 20 + 2 * fold);
    for (std::string& name : some.names) name = fmt::format("fold{}-{}", fold, name);
    right += 20 + 2 * fold;
    for (const char* model : {"cnn", "mobilenet"})
      KnownRun{.name = fmt::format("{}-fold{}-seed1", model, fold),
               .model = model,
               .predictions = some,
               .data = "xrays",
               .folds = 3,
               .fold = fold}
          .write(sandbox);
  }
  sandbox.succeed({"report", "."});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  const std::string text = squeezed(html_text(html));
  CHECK(contains(text, "CNN from scratch, fold\u00a02, seed\u00a01"));
  CHECK(contains(text, "CNN from scratch 3 of 3 90 " + accuracy_cell(right, 90)));
  CHECK(contains(text, "CNN from scratch and MobileNet +0.0 0 0"));  // each on all 90 images
  CHECK_FALSE(contains(html, "id=\"ensembles\""));
  count_cases();
}

TEST_CASE("thresholds and temperatures of the validation are measured on the test images") {
  const Sandbox sandbox;
  const Predictions validation = known_predictions(90, 80);
  KnownRun{.name = "run", .predictions = validation, .data = "xrays"}.write(sandbox);
  const std::vector<double> scores{0.9, 0.2, 0.4, 0.1, 0.75, 0.6};
  const std::vector<std::uint8_t> labels{1, 0, 1, 0, 1, 0};
  std::string images;
  for (std::size_t i = 0; i < scores.size(); ++i)
    images += fmt::format(R"({}{{"label": {}, "score": {}}})", i ? "," : "", labels[i], scores[i]);
  sandbox.write("run/test.json", fmt::format(R"({{"images": [{}]}})", images));
  sandbox.succeed({"report", "run"});
  const std::string html = sandbox.read("report.html");
  check_well_formed(html);
  const std::string text = squeezed(html_text(html));
  const double threshold =
      youden_point(validation.probabilities(), validation.labels).value().threshold;
  const ConfusionMatrix m = confusion_matrix(scores, labels, threshold);
  CHECK(contains(text,
                 fmt::format("Youden {:.3f} {:.1f}\u202f% {:.1f}\u202f% {:.1f}\u202f%", threshold,
                             100 * *m.accuracy(), 100 * *m.sensitivity(), 100 * *m.specificity())));
  const double t = fit_temperature(validation.logits, validation.labels).value();
  std::vector<double> logits;
  for (const double p : scores) logits.push_back(std::log(p / (1 - p)));
  CHECK(contains(text, fmt::format("{:.2f} {:.3f} {:.3f}", t, log_loss(scores, labels),
                                   log_loss(scaled_probabilities(logits, t), labels))));
  count_cases(2);
}

TEST_CASE("a folder with runs that are not there yet is reported without them") {
  const Sandbox sandbox;
  KnownRun{.name = "all/cnn-seed1", .predictions = known_predictions(30, 25)}.write(sandbox);
  sandbox.write("all/cnn-seed2/config.toml", sandbox.read("all/cnn-seed1/config.toml"));
  KnownRun{.name = "all/vgg16-seed1", .model = "vgg16", .predictions = known_predictions(30, 25)}
      .write(sandbox);
  sandbox.write("all/vgg16-seed1/log.csv", "epoch,loss\n");
  const Outcome outcome = sandbox.succeed({"report", "all"});
  for (const char* run : {"cnn-seed2", "vgg16-seed1"}) {
    CHECK(contains(outcome.out, fmt::format("{} was left out", run)));
    CHECK(contains(sandbox.read("report.html"), fmt::format("{} was left out", run)));
  }
  sandbox.refuse({"report", "all/cnn-seed2"}, {"log.csv"});
  sandbox.write("all/cnn-seed1/log.csv", "epoch,loss\n");
  sandbox.refuse({"report", "all"}, {"all", "complete epoch"});
  count_cases(2);
}

TEST_CASE("runs that cannot be reported are refused") {
  const Sandbox sandbox;
  const KnownRun run{.name = "run", .predictions = known_predictions(30, 25)};
  run.write(sandbox);
  sandbox.refuse({"report"}, {"RUN"});
  sandbox.refuse({"report", "nowhere"}, {"nowhere", "folder"});
  sandbox.refuse({"compare", "run"}, {"two runs"});
  sandbox.refuse({"report", "run", "--out", "no/such/report.html"}, {"no/such/report.html"});
  sandbox.refuse({"report", "run", "--model-card", "no/such/card.md"}, {"no/such/card.md"});
  sandbox.refuse({"report", "run", "--out", "a", "--model-card", "./a"},
                 {"--out", "--model-card", "two files"});
  sandbox.refuse({"compare", "run", "run"}, {"two runs"});
  CHECK(contains(sandbox.succeed({"report", "run", "./run", "--out", "twice.html"}).out,
                 "named twice and counts once"));
  CHECK_FALSE(contains(sandbox.read("twice.html"), "2 seeds"));
  const auto with = [&](const char* file, const char* content,
                        const std::vector<std::string>& parts) {
    CAPTURE(file);
    const std::string kept = std::filesystem::exists(sandbox.path(file)) ? sandbox.read(file) : "";
    sandbox.write(file, content);
    sandbox.refuse({"report", "run"}, parts);
    if (kept.empty())
      std::filesystem::remove_all(sandbox.path(file));
    else
      sandbox.write(file, kept);
    count_cases();
  };
  with("run/predictions.csv", "image,label,logit\na,1,2\n", {"predictions.csv", "log.csv"});
  with("run/predictions.csv", "image,label\n", {"predictions.csv"});
  with("run/log.csv", "epoch,loss\n", {"no complete epoch"});
  with("run/log.csv", "epoch,loss\n1,2\n", {"log.csv", "column"});
  with("run/log.csv", "epoch,loss\n1\n", {"log.csv", "row 2"});
  with("run/timing.csv", "epoch\n1\n", {"timing.csv"});
  with("run/run.json", "{}", {"run.json"});
  with("run/audit.json", "[]", {"audit.json"});
  with("run/audit.json", "{", {"audit.json"});
  with("run/test.json", "{}", {"test.json"});
  with("run/test.json", R"({"images": [{"label": 2, "score": 0.5}]})", {"test.json"});
  with("run/gradcam/a.png", "GIF89a", {"a.png"});
  write_png(sandbox.path("run/gradcam/b.png"), phantom(16, 16, 1, 1, 0));
  with("run/gradcam/manifest.json", R"({"pointing_game": {"hits": 3}})", {"manifest.json"});
  with("run/gradcam/manifest.json",
       R"({"pointing_game": {"hits": 3, "phantoms": 2, "random_place": 0, "best_fixed_place": 0}})",
       {"manifest.json", "3 hits"});
  count_cases(4);
}

}  // namespace nanopneumo::test
