// SPDX-License-Identifier: Apache-2.0
// The server that a device belongs to, in the one form that is signed.
#ifndef TOOPHER_TOOLS_ORIGIN_H
#define TOOPHER_TOOLS_ORIGIN_H

#include <string>
#include <string_view>

namespace toopher::tools {

/// `scheme://host[:port]`: lower case, default port left out; https, or http to a loopback address.
class Origin {
 public:
  /// As a person types it: without a scheme https is meant, one trailing `/` is allowed. Throws UsageError.
  static Origin parse(std::string_view typed);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_plain_http() const { return text_.starts_with("http:"); }

 private:
  explicit Origin(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace toopher::tools

#endif
