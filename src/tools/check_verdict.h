// SPDX-License-Identifier: Apache-2.0
// Whom an auth stack with pam_toopher lets in, found by trying every answer of every module.
#ifndef TOOPHER_TOOLS_CHECK_VERDICT_H
#define TOOPHER_TOOLS_CHECK_VERDICT_H

#include <string>
#include <string_view>
#include <vector>

#include "tools/check_stack.h"

namespace toopher::tools {

inline constexpr std::string_view kModuleName = "pam_toopher.so";

/// The lines that call the module.
[[nodiscard]] std::vector<const StackLine*> module_lines(const Stack& stack);

struct StackVerdict {
  bool too_long = false;      ///< more lines with two answers than can be tried; nothing below is said
  bool has_password = false;  ///< some module asks for a password
  bool reachable = false;     ///< the module is called in some case
  bool never_with_password =
      false;  ///< whoever has the right password gets in unasked, whatever else is the case
  std::vector<std::string>
      depends_on;  ///< lines whose answer decides whether the module is called: MODULE (FILE:LINE)
  std::vector<std::string>
      passwords_past_it;  ///< lines whose password lets in unasked, where another one is asked
  std::vector<std::string> refused_get_in;  ///< answers of the module that should deny and do not, in words
  bool refused_need_password = false;       ///< ... if the password is right
  bool exempt_locked_out = false;
  bool exempt_need_nothing = false;  ///< exempt users get in though every password and other factor is wrong
  bool approval_suffices = false;    ///< an approval lets in though every password and other factor is wrong
  bool open_when_broken = false;  ///< somebody who is not root yet gets in although the module does not work
};

[[nodiscard]] StackVerdict judge(const Stack& stack);

/// What `stack` returns if the module answers `code` and everything else is as good as it can be: PAM_SUCCESS if there is
/// a way to get in.
[[nodiscard]] int best_outcome(const Stack& stack, int code);

}  // namespace toopher::tools

#endif
