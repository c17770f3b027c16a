// SPDX-License-Identifier: Apache-2.0
// The second factor as the login sees it: a push that is pending or final, and codes that are answered at once.
#ifndef TOOPHER_PAM_FACTOR_H
#define TOOPHER_PAM_FACTOR_H

#include <cstddef>
#include <string>

#include "base/deadline.h"
#include "base/one_time_code.h"

namespace toopher::pam {

/// What came of one question to the server.
struct Answer {
  enum class Kind {
    pending,      ///< the phone was asked; `id`, and `number` with number matching
    granted,      ///< `id`
    denied,       ///< `id`, `reason` (api/reason.h) and perhaps `text`
    expired,      ///< nobody answered until the deadline
    refused,      ///< the server does not ask this user; `word` of helper::refusal
    failed,       ///< no answer to believe; `word` of helper::failure, `text` for the log
    interrupted,  ///< a signal told the helper to give up
    lost,         ///< the helper is gone or speaks nonsense: never an answer
  };
  Kind kind = Kind::lost;
  std::string id;
  std::string number;
  std::string text;
  std::string word;
  int reason = 0;
  bool automated = false;  ///< granted by a rule of the server, not by a person
  std::size_t offline_codes =
      0;  ///< failed, unreachable: that many would count now; of offline(): that many are left
};

/// An interface, so that tests can script it. Destroying it withdraws a push that is still pending.
class Factor {
 public:
  virtual ~Factor() = default;
  /// Asks the phone. The request lives `ttl`; the answer comes until `deadline`.
  [[nodiscard]] virtual Answer push(bool number_matching, std::chrono::seconds ttl,
                                    const Deadline& deadline) = 0;
  /// Waits for the phone's decision.
  [[nodiscard]] virtual Answer wait(const Deadline& deadline) = 0;
  /// Has the server check a code; a valid one takes the place of a pending push.
  [[nodiscard]] virtual Answer code(const OneTimeCode& code, const Deadline& deadline) = 0;
  /// Has the helper check an offline code; granted without an id.
  [[nodiscard]] virtual Answer offline(const OneTimeCode& code, const Deadline& deadline) = 0;
  /// Withdraws a pending push now.
  virtual void withdraw() = 0;
};

}  // namespace toopher::pam

#endif
