// SPDX-License-Identifier: Apache-2.0
// Where a Toopher server answers, in the only forms that keep secrets: https, or http to this very machine.
#ifndef TOOPHER_CLIENT_BASE_URL_H
#define TOOPHER_CLIENT_BASE_URL_H

#include <optional>
#include <string>
#include <string_view>

namespace toopher::client {

/// An absolute URL that ends in `/`.
class BaseUrl {
 public:
  /// Nothing for another scheme, http to anything but 127.0.0.0/8, [::1] or localhost, user information, a query or a
  /// fragment. Throws std::bad_alloc.
  static std::optional<BaseUrl> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// `scheme://host[:port]`, for messages.
  [[nodiscard]] const std::string& origin() const { return origin_; }
  /// `host[:port]`, for people.
  [[nodiscard]] std::string authority() const { return origin_.substr(origin_.find("://") + 3); }
  [[nodiscard]] bool encrypted() const { return encrypted_; }

 private:
  BaseUrl(std::string text, std::string origin, bool encrypted)
      : text_(std::move(text)), origin_(std::move(origin)), encrypted_(encrypted) {}

  std::string text_;
  std::string origin_;
  bool encrypted_;
};

}  // namespace toopher::client

#endif
