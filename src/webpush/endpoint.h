// SPDX-License-Identifier: Apache-2.0
// The URL of a subscription. It comes from a browser, that is, from anybody, and whoever knows it can send to it.
#ifndef TOOPHER_WEBPUSH_ENDPOINT_H
#define TOOPHER_WEBPUSH_ENDPOINT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toopher::webpush {

/// Scheme, host and port.
struct Origin {
  bool https = true;
  std::string host;  ///< lower case; an IPv6 address in brackets
  std::uint16_t port = 443;

  /// Nothing unless `text` is `http://HOST[:PORT]` or `https://HOST[:PORT]`: letters, digits, `-` and `.`, or an IPv6 address
  /// in brackets. No user, no path.
  static std::optional<Origin> parse(std::string_view text);
  /// `scheme://host`, with the port unless it is the scheme's own (RFC 6454 section 6.2).
  [[nodiscard]] std::string text() const;
  /// Whether the host is an address rather than a name.
  [[nodiscard]] bool is_address() const;
  bool operator==(const Origin&) const = default;
};

/// An endpoint that is a URL without doubt: every reader takes the same host from it.
class Endpoint {
 public:
  /// Nothing unless `url` is an origin and a path, with or without a query: printable ASCII, no user, no fragment, no
  /// backslash, at most 2048 bytes.
  static std::optional<Endpoint> parse(std::string_view url);
  [[nodiscard]] const Origin& origin() const { return origin_; }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Endpoint(Origin origin, std::string url) : origin_(std::move(origin)), url_(std::move(url)) {}
  Origin origin_;
  std::string url_;
};

}  // namespace toopher::webpush

#endif
