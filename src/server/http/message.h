// SPDX-License-Identifier: Apache-2.0
// A request and a response, free of the HTTP library; and the peer that may vanish while it waits.
#ifndef TOOPHER_SERVER_HTTP_MESSAGE_H
#define TOOPHER_SERVER_HTTP_MESSAGE_H

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/error.h"

namespace toopher::server {

struct Request {
  std::string method;
  std::string target;  ///< path and query as sent
  std::string host;
  std::string authorization;
  std::string content_type;
  std::string accept_encoding;
  std::string if_none_match;
  std::string body;
  std::string forwarded_for;  ///< the fields X-Forwarded-For, joined by commas
  std::string address;        ///< of the client: the peer, or for whom a trusted proxy asks

  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  }
};

inline constexpr const char* kJson = "application/json; charset=utf-8";

struct Response {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  const char* content_type = kJson;
  const char* cache_control = "no-store";
};

[[nodiscard]] inline Response error_response(const api::ApiError& error) {
  Response response{error.http_status, api::to_json(error), {}};
  if (error.http_status == 429) response.headers.emplace_back("Retry-After", "30");
  return response;
}

/// The other end of the connection while its request is being answered.
class Peer {
 public:
  virtual ~Peer() = default;
  /// `gone` is called once if the peer closes the connection before the answer; further bytes are no reason.
  virtual void when_gone(std::function<void()> gone) = 0;
};

using Handler = std::function<boost::asio::awaitable<Response>(const Request&, Peer&)>;

}  // namespace toopher::server

#endif
