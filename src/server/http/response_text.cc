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

/// RFC 9110 section 5.6.7.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  (void)std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return text.data();
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
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + " " + reason_phrase(response.status) +
      "\r\nDate: " + http_date() + "\r\nContent-Type: " + response.content_type +
      "\r\nCache-Control: " + response.cache_control +
      "\r\nX-Content-Type-Options: nosniff\r\nContent-Length: " + std::to_string(response.body.size()) +
      "\r\n";
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
