// SPDX-License-Identifier: Apache-2.0
// Pairing an account with a phone, by way of toopher-helper and with a person at the terminal.
#ifndef TOOPHER_TOOLS_PAIRING_H
#define TOOPHER_TOOLS_PAIRING_H

#include <chrono>
#include <functional>
#include <string>

#include "tools/approval.h"

namespace toopher::tools {

/// One pairing with one helper.
class Pairing {
 public:
  static constexpr unsigned kTries = 3;
  /// Has the person approve a further phone: Approval::ask().
  using Approve = std::function<std::string()>;

  /// How the phone comes to the pairing: by its phrase, or by a link that is shown here, also as a QR code on a terminal.
  enum class Way { phrase, link, link_and_qr };

  /// `phrase` empty: the person is asked, and may choose the link instead. References must outlive the object.
  Pairing(HelperTalk talk, const Subject& subject, Way way, std::string phrase, Approve approve,
          LineInput& input)
      : talk_(std::move(talk)),
        subject_(subject),
        way_(way),
        phrase_(std::move(phrase)),
        approve_(std::move(approve)),
        input_(input) {}

  /// Returns once the phone has allowed the pairing. Throws Failure for everything else.
  void make();
  /// Whether it was a further factor, which had to be approved.
  [[nodiscard]] bool was_approved() const { return !authorization_.empty(); }

 private:
  enum class Offered { yes, wrong_phrase, needs_approval };

  void make_by_phrase();
  void make_by_link();
  [[nodiscard]] bool accepted(const std::string& phrase);
  [[nodiscard]] Offered offer(const std::string& phrase);
  [[nodiscard]] helper::Message ask_for_link();
  void have_it_approved();
  void wait_for_phone(std::chrono::seconds patience, const char* again);

  HelperTalk talk_;
  const Subject& subject_;
  Way way_;
  std::string phrase_;
  Approve approve_;
  LineInput& input_;
  std::string authorization_;
};

/// A phrase as typed: lower case, one blank between words.
[[nodiscard]] std::string normalise_phrase(std::string_view typed);

}  // namespace toopher::tools

#endif
