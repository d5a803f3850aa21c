// nanopneumo fetch against servers on this machine, and the commands that use what it fetched.
#include <doctest/doctest.h>
#include <signal.h>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/http_server.h"
#include "tests/tools/keras_file.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMobileNet = "mobilenet_1_0_224_tf_no_top.h5";
constexpr const char* kResNet = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5";

const Arguments kFetchMobileNet{"fetch", "weights", "mobilenet"};

/// An HDF5 file by its first bytes only.
std::string seeming_hdf5() { return "\x89HDF\r\n\x1a\n" + std::string(200000, 'x'); }

RunOptions with_mirror(const std::string& url) {
  RunOptions options;
  options.environment = {
      {"NANOPNEUMO_WEIGHTS_URL", url}, {"NANOPNEUMO_DATA_URL", url}, {"no_proxy", "*"}};
  return options;
}

HttpServer::Handler serving(std::string content) {
  return [content = std::move(content)](const HttpRequestSeen& request,
                                        const HttpConnection& connection) {
    serve_well(request, connection, content);
  };
}

/// A sandbox with an empty cache.
struct WithCache {
  WithCache() { fs::create_directories(sandbox.path("home/weights")); }
  fs::path weights(const std::string& name) const { return sandbox.path("home/weights/" + name); }
  fs::path part(const std::string& name) const { return weights(name + ".part"); }

  Sandbox sandbox;
};

std::string mobilenet_file(const Sandbox& sandbox, const ModelOptions& options = {}) {
  write_mobilenet_file(sandbox.path("made.h5"), options);
  std::string content = sandbox.read("made.h5");
  fs::remove(sandbox.path("made.h5"));
  return content;
}

}  // namespace

TEST_CASE("fetched weights are found by the commands that need them") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  const HttpServer server(serving(mobilenet_file(sandbox)));
  const Outcome fetched = sandbox.succeed(kFetchMobileNet, with_mirror(server.url()));
  CHECK(contains(fetched.out, "fetching " + server.url("/") + kMobileNet));
  CHECK(contains(fetched.out, "is fetched"));
  CHECK(contains(fetched.out, "fits MobileNet"));
  CHECK(server.seen().at(0).path == std::string("/") + kMobileNet);
  const Outcome again = sandbox.succeed(kFetchMobileNet, with_mirror(unserved_url("/")));
  CHECK(contains(again.out, "is there already"));
  CHECK(server.seen().size() == 1);

  put_phantoms(sandbox, "data");
  const std::string path = cache.weights(kMobileNet).string();
  const Outcome trained =
      sandbox.succeed({"train", "mobilenet", "--epochs", "1", "--image-size", "46", "--phantoms",
                       "12", "--batch", "4", "--threads", "1", "--out", "run"});
  CHECK(contains(trained.out, "weights " + path));
  CHECK(contains(sandbox.read("run/config.toml"), path));
  const std::string picture = "data/train/NORMAL/phantom-000000.png";
  const Outcome features = sandbox.succeed(
      {"features", "mobilenet", "--image-size", "46", "--threads", "1", "--out", "f.npy", picture});
  CHECK(contains(features.out, "weights " + path));
  CHECK(contains(sandbox.succeed({"doctor"}).out, path));
}

TEST_CASE("weights that are not there are asked for by the command that fetches them") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  sandbox.refuse({"train", "resnet-50", "--phantoms", "12", "--out", "run"},
                 {"ResNet50", cache.weights(kResNet), "run nanopneumo fetch weights resnet50,",
                  "--weights FILE"});
  sandbox.refuse({"classify", "mobilenet", "a.png"}, {"fetch weights mobilenet --top"});
  sandbox.refuse({"features", "mobilenet", "--alpha", "0.5", "--out", "f.npy", "a.png"},
                 {"--alpha 1, not 0.5", "--weights FILE"});
  sandbox.refuse({"train", "cnn", "--weights", "w.h5"}, {"from scratch"});
}

TEST_CASE("a machine whose libcurl and OpenSSL cannot be used lacks nothing but fetch") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  sandbox.write("lib/libcurl.so.4", "no library");
  sandbox.write("lib/libcrypto.so.3", "no library");
  RunOptions options = with_mirror(unserved_url("/"));
  options.environment["LD_LIBRARY_PATH"] = sandbox.path("lib");
  sandbox.refuse(kFetchMobileNet,
                 {"cannot be fetched, the loader does not find libcurl", "libcurl.so.4",
                  "download it by other means and copy it to " + cache.weights(kMobileNet).string(),
                  "install the package libcurl4"},
                 options);
  CHECK(contains(sandbox.succeed({"doctor"}, options).out, "fetch         no: the loader"));

  put_phantoms(sandbox, "data");
  sandbox.write("w.h5", mobilenet_file(sandbox));
  sandbox.succeed({"train", "mobilenet", "--weights", "w.h5", "--epochs", "1", "--image-size", "46",
                   "--data", "data", "--batch", "4", "--threads", "1", "--out", "run"},
                  options);
  CHECK(contains(sandbox.read("run/provenance.toml"), "fnv1a64"));
}

TEST_CASE("a file with top is fetched for classify") {
  const WithCache cache;
  const HttpServer server(serving(mobilenet_file(cache.sandbox, {.include_top = true})));
  cache.sandbox.succeed({"fetch", "weights", "MobileNet", "--top"}, with_mirror(server.url("/m/")));
  CHECK(server.seen().at(0).path == "/m/mobilenet_1_0_224_tf.h5");
  CHECK(fs::exists(cache.weights("mobilenet_1_0_224_tf.h5")));
  CHECK_FALSE(fs::exists(cache.weights(kMobileNet)));
}

TEST_CASE("nothing wrong gets into the cache") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  const Arguments resnet{"fetch", "weights", "resnet50"};
  const auto refuse = [&](const HttpServer::Handler& handler, const Arguments& arguments,
                          const std::vector<std::string>& parts) {
    const HttpServer server(handler);
    sandbox.refuse(arguments, parts, with_mirror(server.url()));
  };
  refuse(serving(seeming_hdf5()), resnet,
         {kResNet, "md5", "4d473c1dd8becc155b73f8504c6f6626", "copy it to", cache.weights(kResNet),
          "NANOPNEUMO_WEIGHTS_URL"});
  refuse(serving("<html>Log in</html>"), resnet, {"a web page", "HDF5"});
  refuse(serving(seeming_hdf5()), kFetchMobileNet, {kMobileNet, "no good"});
  refuse(serving(mobilenet_file(sandbox, {.alpha = 0.25})), kFetchMobileNet, {"no good", "conv1"});
  const auto missing = [](const HttpRequestSeen&, const HttpConnection& connection) {
    connection.reply("404 Not Found", "", "no");
  };
  refuse(missing, resnet, {"is not there", "404"});
  refuse(missing, {"fetch", "weights", "all"}, {"densenet121", "404"});
  fs::create_directories(sandbox.path("home/data"));
  refuse(serving("PK\x03\x04 and no more"), {"fetch", "data"},
         {"ChestXRay2017.zip", "sha256", "NANOPNEUMO_DATA_URL"});
  sandbox.refuse(kFetchMobileNet,
                 {"cannot be reached", cache.weights(kMobileNet), "by other means"},
                 with_mirror(unserved_url("")));
}

TEST_CASE("a file that is there and is not the published one stays") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  sandbox.write(fs::path("home/weights") / kResNet, "my own");
  sandbox.refuse({"fetch", "weights", "resnet50"},
                 {"is there, but has md5 43a3501148125261ae7acf7062fe2937", "move it away"},
                 with_mirror(unserved_url("")));
  sandbox.write("home/data/ChestXRay2017.zip", "my own");
  sandbox.refuse({"fetch", "data"}, {"sha256", "move it away"}, with_mirror(unserved_url("")));
}

TEST_CASE("fetch says what it can fetch") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  sandbox.refuse({"fetch"}, {"--help"});
  sandbox.refuse({"fetch", "weights"}, {"MODEL", "required"});
  sandbox.refuse({"fetch", "weights", "alexnet"}, {"alexnet", "mobilenet"});
  sandbox.refuse({"fetch", "weights", "cnn"}, {"from scratch"});
}

TEST_CASE("a cache that cannot be written") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  fs::create_directories(sandbox.path("locked"));
  RunOptions options = with_mirror(unserved_url(""));
  options.environment["NANOPNEUMO_HOME"] = sandbox.path("locked/cache").string();
  fs::permissions(sandbox.path("locked"), fs::perms::owner_read | fs::perms::owner_exec);
  sandbox.refuse(kFetchMobileNet, {"locked/cache", "cannot be made", "NANOPNEUMO_HOME"}, options);
  fs::permissions(sandbox.path("locked"), fs::perms::owner_all);
  fs::create_directories(sandbox.path("locked/cache/weights"));
  fs::permissions(sandbox.path("locked/cache/weights"),
                  fs::perms::owner_read | fs::perms::owner_exec);
  sandbox.refuse(kFetchMobileNet, {"cannot be written", "may write to"}, options);
  fs::permissions(sandbox.path("locked/cache/weights"), fs::perms::owner_all);
  options.environment["NANOPNEUMO_HOME"] = "";
  options.environment["XDG_CACHE_HOME"] = "";
  options.environment["HOME"] = "";
  sandbox.refuse(kFetchMobileNet, {"NANOPNEUMO_HOME"}, options);
}

TEST_CASE("a full disk keeps the part, and the next fetch goes on") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  const HttpServer server(serving(mobilenet_file(sandbox)));
  RunOptions full = with_mirror(server.url());
  full.largest_file = 100000;
  check_refusal(sandbox.run(kFetchMobileNet, full),
                {cache.part(kMobileNet), "cannot be written", "free some space"});
  CHECK(fs::file_size(cache.part(kMobileNet)) == 100000);
  CHECK_FALSE(fs::exists(cache.weights(kMobileNet)));
  const Outcome rest = sandbox.succeed(kFetchMobileNet, with_mirror(server.url()));
  CHECK(contains(rest.out, "0.1 MB are there already"));
  CHECK(server.seen().at(1).range_begin() == 100000);
  CHECK_FALSE(fs::exists(cache.part(kMobileNet)));
}

TEST_CASE("Ctrl-C keeps the part, and the next fetch goes on") {
  const WithCache cache;
  const Sandbox& sandbox = cache.sandbox;
  const std::string content = mobilenet_file(sandbox);
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    if (request.range_begin() > 0) return serve_well(request, connection, content);
    connection.send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: " +
                    std::to_string(content.size()) + "\r\n\r\n" + content.substr(0, 5000));
    connection.wait_for_the_end();
  });
  for (const int signal : {SIGINT, SIGTERM}) {
    const WithCache fresh;
    RunOptions options = with_mirror(server.url());
    options.interruption = {[&] {
                              std::error_code error;
                              return fs::file_size(fresh.part(kMobileNet), error) == 5000 && !error;
                            },
                            {signal}};
    const Outcome stopped = fresh.sandbox.run(kFetchMobileNet, options);
    CHECK(stopped.exit_code == 128 + signal);
    CHECK(contains(stopped.out, "the same command goes on"));
    CHECK_FALSE(fs::exists(fresh.weights(kMobileNet)));
    fresh.sandbox.succeed(kFetchMobileNet, with_mirror(server.url()));
    CHECK(server.seen().back().range_begin() == 5000);
    CHECK(file_content(fresh.weights(kMobileNet)) == content);
    count_cases();
  }
}

}  // namespace nanopneumo::test
