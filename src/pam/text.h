// SPDX-License-Identifier: Apache-2.0
// What the person is told: a message of messages.h and the values in it. It becomes words of a language where it is shown.
#ifndef TOOPHER_PAM_TEXT_H
#define TOOPHER_PAM_TEXT_H

#include <string>

#include "base/catalogue.h"

namespace toopher::pam {

class Text {
 public:
  /// `message` is a literal, with as many `%s` as values are given.
  Text(const char* message, std::string first = {}, std::string second = {})
      : message_(message), first_(std::move(first)), second_(std::move(second)) {}

  /// In the catalogue's language; in English where that would not fit into a message of libpam.
  [[nodiscard]] std::string in(const Catalogue& catalogue) const;

 private:
  const char* message_;
  std::string first_;
  std::string second_;
};

}  // namespace toopher::pam

#endif
