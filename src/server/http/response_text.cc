// SPDX-License-Identifier: Apache-2.0
#include "server/http/response_text.h"

#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>

namespace toopher::server {

namespace http = boost::beast::http;

namespace {

const char* reason_phrase(int status) {
  const auto known = http::int_to_status(static_cast<unsigned>(status));
  return known == http::status::unknown ? "Error" : http::obsolete_reason(known).data();
}

/// RFC 9110 section 5.6.7. Written once a second, however many answers there are.
const std::string& http_date() {
  thread_local std::time_t second = 0;
  thread_local std::string date;
  const std::time_t now = std::time(nullptr);
  if (now == second && !date.empty()) return date;
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  (void)std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  second = now;
  date = text.data();
  return date;
}

const char* why_refused(int status) {
  switch (status) {
    case 408:
      return "The request took too long.";
    case 413:
      return "The body is too long.";
    case 429:
      return "Too many connections come from this address; try again later.";
    case 431:
      return "The header is too long.";
    case 503:
      return "The server has no room for a further connection; try again later.";
    default:
      return "This is not an HTTP request that this server understands.";
  }
}

}  // namespace

std::string to_text(const Response& response, bool close, bool without_body) {
  constexpr std::size_t kUsualHeader = 512;
  std::string text;
  text.reserve(kUsualHeader + response.body.size());
  text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(1, ' ');
  text.append(reason_phrase(response.status));
  text.append("\r\nDate: ").append(http_date());
  text.append("\r\nContent-Type: ").append(response.content_type);
  text.append("\r\nCache-Control: ").append(response.cache_control);
  text.append("\r\nX-Content-Type-Options: nosniff");
  text.append("\r\nContent-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  for (const auto& [name, value] : response.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (close) text += "Connection: close\r\n";
  text += "\r\n";
  if (!without_body) text += response.body;
  return text;
}

Response refusal(int status) {
  Response response = error_response({status, status, why_refused(status)});
  if (status == 503) response.headers.emplace_back("Retry-After", "30");
  return response;
}

}  // namespace toopher::server
