// SPDX-License-Identifier: Apache-2.0
// Another code app for an account, by way of toopher-helper and with a person at the terminal.
#ifndef TOOPHER_TOOLS_CODE_APP_H
#define TOOPHER_TOOLS_CODE_APP_H

#include <functional>
#include <optional>
#include <string>

#include "base/one_time_code.h"
#include "tools/approval.h"

namespace toopher::tools {

/// One app. The server hears of it together with its first right code, so whoever gives up before has changed nothing.
class CodeApp {
 public:
  static constexpr unsigned kTries = 3;
  /// Has the person approve it where there is a factor already: Approval::ask_if_there_is_a_factor().
  using Approve = std::function<std::optional<std::string>()>;

  /// `talk` must be fresh; references must outlive the object.
  CodeApp(HelperTalk talk, const Subject& subject, bool with_qr, Approve approve, LineInput& input)
      : talk_(std::move(talk)),
        subject_(subject),
        with_qr_(with_qr),
        approve_(std::move(approve)),
        input_(input) {}

  /// Returns once the app's codes count. Throws Failure for everything else.
  void add();
  /// Whether it is the first factor of the account.
  [[nodiscard]] bool is_first_factor() const { return authorization_.empty(); }

 private:
  void have_it_approved();
  void show_secret();
  /// Whether the app is in force.
  [[nodiscard]] bool try_code(const OneTimeCode& code);
  [[nodiscard]] helper::Message add_with(const OneTimeCode& code);
  [[noreturn]] void give_up() const;

  HelperTalk talk_;
  const Subject& subject_;
  bool with_qr_;
  Approve approve_;
  LineInput& input_;
  std::string authorization_;
  bool may_be_added_ = false;  ///< an answer was lost
};

}  // namespace toopher::tools

#endif
