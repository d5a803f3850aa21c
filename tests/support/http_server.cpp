#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

namespace nanopneumo::test {
namespace {

constexpr std::size_t kLongestRequest = 65536;

sockaddr_in local_address() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A socket with a free port of its own; its number goes to `port`.
FileDescriptor bound_socket(int& port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = local_address();
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket.is_open() || ::bind(socket.number(), generic, length) != 0 ||
      ::getsockname(socket.number(), generic, &length) != 0)
    throw std::runtime_error("no socket on 127.0.0.1");
  port = ntohs(address.sin_port);
  return socket;
}

HttpRequestSeen parse(const std::string& text) {
  HttpRequestSeen request;
  std::istringstream lines(text);
  std::string method;
  lines >> method >> request.path;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = line.substr(colon + 2, line.find('\r') - colon - 2);
  }
  return request;
}

/// The head of a request; what there is of it where the client goes before its end.
std::string receive(int socket) {
  std::string text;
  while (text.find("\r\n\r\n") == std::string::npos && text.size() < kLongestRequest) {
    char buffer[4096];
    const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

std::size_t HttpRequestSeen::range_begin() const {
  const auto range = headers.find("range");
  return range == headers.end() ? 0 : std::stoul(range->second.substr(6));
}

void HttpConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void HttpConnection::reply(std::string_view status, std::string_view headers,
                           std::string_view body) const {
  send(fmt::format("HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}", status,
                   body.size(), headers, body));
}

void HttpConnection::wait_for_the_end() const {
  pollfd wait{socket_, POLLIN | POLLRDHUP, 0};
  ::poll(&wait, 1, 20000);
}

HttpServer::HttpServer(Handler handler)
    : handler_(std::move(handler)), listener_(bound_socket(port_)) {
  if (::listen(listener_.number(), 16) != 0) throw std::runtime_error("nobody can listen");
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  stopping_ = true;
  ::shutdown(listener_.number(), SHUT_RDWR);  // accept returns
  thread_.join();
}

void HttpServer::serve() {
  while (!stopping_) {
    const FileDescriptor socket(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.is_open()) continue;
    const HttpRequestSeen request = parse(receive(socket.number()));
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(request);
    }
    handler_(request, HttpConnection(socket.number()));
  }
}

std::string HttpServer::url(std::string_view path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<HttpRequestSeen> HttpServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void serve_well(const HttpRequestSeen& request, const HttpConnection& connection,
                std::string_view content, std::string_view etag) {
  const std::size_t begin = request.range_begin();
  const auto condition = request.headers.find("if-range");
  const bool same = condition == request.headers.end() || condition->second == etag;
  const std::string tag = fmt::format("ETag: {}\r\n", etag);
  if (begin == 0 || !same) return connection.reply("200 OK", tag, content);
  if (begin >= content.size())
    return connection.reply("416 Range Not Satisfiable",
                            fmt::format("Content-Range: bytes */{}\r\n", content.size()), "");
  connection.reply("206 Partial Content",
                   fmt::format("{}Content-Range: bytes {}-{}/{}\r\n", tag, begin,
                               content.size() - 1, content.size()),
                   content.substr(begin));
}

std::string unserved_url(std::string_view path) {
  int port = 0;
  const FileDescriptor socket = bound_socket(port);  // bound, but nobody listens
  return fmt::format("http://127.0.0.1:{}{}", port, path);
}

}  // namespace nanopneumo::test
