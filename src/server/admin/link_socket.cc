// SPDX-License-Identifier: Apache-2.0
// HTTP over the server's Unix socket, one call a connection.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>

#include "base/text.h"
#include "base/unique_fd.h"
#include "server/admin/call.h"
#include "server/admin/link.h"
#include "server/admin/socket_address.h"

namespace toopher::server::admin {

namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr int kPatienceMs = 60'000;  // longer than any long poll
constexpr std::uint64_t kMaxAnswer = 16U << 20U;

class SocketLink final : public Link {
 public:
  explicit SocketLink(std::string path) : path_(std::move(path)) {}

  /// False if nobody listens there.
  bool connect() {
    const SocketAddress address(path_);
    connection_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!connection_) throw std::runtime_error("no socket: " + error_text(errno));
    if (::connect(connection_.get(), address.get(), address.size()) == 0) return true;
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) return false;
    if (errno == EACCES || errno == EPERM)
      throw std::runtime_error(
          path_ + ": permission denied; run toopher-admin as root, or as the user that runs toopherd");
    throw std::runtime_error(path_ + ": " + error_text(errno));
  }

  api::Json call(const std::string& operation, const json_t* parameters) override {
    if (!connection_ && !connect()) throw std::runtime_error("toopherd has ended meanwhile");
    const UniqueFd connection = std::move(connection_);
    write_all(connection.get(), request(operation, parameters));
    Parser parser;
    parser.eager(true);
    parser.body_limit(kMaxAnswer);
    receive(connection.get(), parser);
    const int status = static_cast<int>(parser.get().result_int());
    const std::string& body = parser.get().body();
    if (status >= 400) refuse_as_told(status, body);
    json_error_t ignored;
    api::Json answer(json_loadb(body.data(), body.size(), 0, &ignored));
    if (!answer) throw std::runtime_error("toopherd's answer is not JSON");
    return answer;
  }

 private:
  static std::string request(const std::string& operation, const json_t* parameters) {
    const api::Json call(json_object());
    if (const char* const sudo_user = std::getenv("SUDO_USER")) put(call, "sudo_user", sudo_user);
    put(call, "parameters", api::Json(json_deep_copy(parameters)));
    const std::string body = api::dump(call.get());
    std::string path(kAdminApiPath);
    for (const char c : operation) path += c == ' ' ? '/' : c;
    return "POST " + path +
           " HTTP/1.1\r\nHost: toopherd\r\nContent-Type: application/json\r\nConnection: "
           "close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  static void write_all(int connection, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t sent = ::send(connection, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      // The answer may be there already: a refusal needs no request.
      if (sent <= 0) return;
      done += static_cast<std::size_t>(sent);
    }
  }

  static void receive(int connection, Parser& parser) {
    std::string input;
    while (!parser.is_done()) {
      pollfd readable{connection, POLLIN, 0};
      const int ready = ::poll(&readable, 1, kPatienceMs);
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) throw std::runtime_error("toopherd does not answer");
      std::array<char, 16384> chunk{};
      const ssize_t got = ::recv(connection, chunk.data(), chunk.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw std::runtime_error("toopherd ended without an answer; its log may say why");
      input.append(chunk.data(), static_cast<std::size_t>(got));
      boost::system::error_code error;
      input.erase(0, parser.put(boost::asio::buffer(input), error));
      if (error && error != http::error::need_more) throw std::runtime_error("toopherd's answer is not HTTP");
    }
  }

  [[noreturn]] static void refuse_as_told(int status, const std::string& body) {
    if (const auto error = api::error_from_json(status, body)) throw Refused(*error);
    throw std::runtime_error("toopherd answered with status " + std::to_string(status));
  }

  std::string path_;
  UniqueFd connection_;
};

}  // namespace

std::unique_ptr<Link> link_to_server(const ServerConfig& config) {
  auto link = std::make_unique<SocketLink>(config.admin_socket);
  if (!link->connect()) return nullptr;
  return link;
}

}  // namespace toopher::server::admin
