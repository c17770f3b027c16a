// SPDX-License-Identifier: Apache-2.0
#include "webpush/endpoint.h"

#include <algorithm>

#include "base/text.h"

namespace toopher::webpush {

namespace {

constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kLongestHost = 253;  // RFC 1035 section 2.3.4
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_name(std::string_view host) {
  static const std::string allowed = std::string(kLetters) + std::string(kDigits) + "-.";
  if (host.empty() || host.size() > kLongestHost || !consists_of(host, allowed)) return false;
  const auto labels = split(host, '.');
  return std::none_of(labels.begin(), labels.end(), [](std::string_view label) {
    return label.empty() || label.front() == '-' || label.back() == '-';
  });
}

bool is_bracketed(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         consists_of(host.substr(1, host.size() - 2), "0123456789abcdef:.");
}

/// Takes `:PORT` from the end of `host`; false for a port that is none.
bool take_port(std::string_view& host, std::uint16_t& port) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || host.ends_with(']')) return true;
  constexpr std::uint64_t kLastPort = 65535;
  const auto number = parse_decimal(host.substr(colon + 1), kLastPort);
  if (!number || *number == 0) return false;
  port = static_cast<std::uint16_t>(*number);
  host = host.substr(0, colon);
  return true;
}

}  // namespace

std::optional<Origin> Origin::parse(std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  Origin origin;
  origin.https = lower.starts_with(kHttps);
  if (!origin.https && !lower.starts_with(kHttp)) return std::nullopt;
  origin.port = origin.https ? kHttpsPort : kHttpPort;
  std::string_view host = std::string_view(lower).substr(origin.https ? kHttps.size() : kHttp.size());
  if (!take_port(host, origin.port)) return std::nullopt;
  if (!is_name(host) && !is_bracketed(host)) return std::nullopt;
  origin.host = host;
  return origin;
}

std::string Origin::text() const {
  const std::string named = (https ? "https://" : "http://") + host;
  return port == (https ? kHttpsPort : kHttpPort) ? named : named + ":" + std::to_string(port);
}

bool Origin::is_address() const {
  // A name's last label has a letter (RFC 3696 section 2); what libraries take for a number is an address.
  const auto dot = host.rfind('.');
  const std::string_view last = std::string_view(host).substr(dot == std::string::npos ? 0 : dot + 1);
  return host.front() == '[' || kDigits.find(last.front()) != std::string_view::npos;
}

std::optional<Endpoint> Endpoint::parse(std::string_view url) {
  const bool plain = std::all_of(url.begin(), url.end(),
                                 [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != '#'; });
  const auto scheme = url.find("://");
  if (url.size() > kLongestUrl || !plain || scheme == std::string_view::npos) return std::nullopt;
  constexpr std::size_t kSeparator = 3;
  const auto path = url.find_first_of("/?", scheme + kSeparator);
  if (path == std::string_view::npos || url[path] != '/') return std::nullopt;
  auto origin = Origin::parse(url.substr(0, path));
  if (!origin) return std::nullopt;
  std::string normal = origin->text() + std::string(url.substr(path));
  return Endpoint(std::move(*origin), std::move(normal));
}

}  // namespace toopher::webpush
