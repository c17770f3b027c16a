// SPDX-License-Identifier: Apache-2.0
// Pairing an account with a phone, by way of toopher-helper and with a person at the terminal.
#ifndef TOOPHER_TOOLS_PAIRING_H
#define TOOPHER_TOOLS_PAIRING_H

#include <chrono>
#include <string>

#include "base/deadline.h"
#include "helper/launch.h"
#include "tools/terminal.h"

namespace toopher::tools {

/// What toopher-pair ends with besides exit_status: causes that a script tells apart.
namespace pair_status {
inline constexpr int kDenied = 4;       ///< somebody said no on the phone
inline constexpr int kUnanswered = 5;   ///< nobody answered on the phone in time
inline constexpr int kWrongPhrase = 6;  ///< wrong, used or expired
inline constexpr int kNoCode = 7;       ///< paired, but no right code was typed
}  // namespace pair_status

struct PairingRequest {
  std::string user;    ///< as the server knows the account
  std::string phrase;  ///< empty: the person is asked
  std::string host;
  std::chrono::seconds network_timeout{10};
};

/// One pairing with one helper.
class Pairing {
 public:
  /// How long the phone may take.
  static constexpr std::chrono::seconds kPatience{120};
  static constexpr unsigned kTries = 3;

  Pairing(helper::HelperProcess helper, PairingRequest request, const Clock& clock)
      : helper_(std::move(helper)), request_(std::move(request)), clock_(clock) {}

  /// Returns once the phone has allowed the pairing. Throws Failure for everything else.
  void make();
  /// Asks for a code until one is right. Throws Failure with pair_status::kNoCode after kTries wrong ones.
  void prove_code();

 private:
  [[nodiscard]] helper::Message ask_helper(helper::Message question, std::chrono::seconds timeout);
  [[nodiscard]] helper::Message receive(const Deadline& deadline);
  [[nodiscard]] bool offer(const std::string& phrase);
  void wait_for_phone();
  [[nodiscard]] helper::Message wait_showing_progress(const Deadline& deadline);
  /// Whether the code was right.
  [[nodiscard]] bool try_code(std::string_view code);

  helper::HelperProcess helper_;
  PairingRequest request_;
  const Clock& clock_;
  LineInput input_;
};

/// A phrase as typed: lower case, one blank between words.
[[nodiscard]] std::string normalise_phrase(std::string_view typed);

}  // namespace toopher::tools

#endif
