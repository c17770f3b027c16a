// SPDX-License-Identifier: Apache-2.0
// Links by which a person who lost the phone removes its pairing. Only who may do that at once may hand such a link out.
#ifndef TOOPHER_SERVER_SERVICE_RESET_LINKS_H
#define TOOPHER_SERVER_SERVICE_RESET_LINKS_H

#include <optional>
#include <string>
#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

/// Asked before the link does anything; both or neither.
struct SecurityQuestion {
  std::string_view question;
  std::string_view answer;
};

/// A link (an URL) for a pairing that is pending or enabled; an earlier one of this pairing is worth nothing then. It is
/// good once, within rules::kResetLinkLife; the database keeps a digest only. Scope admin. Throws Refused: 400, 403, 404;
/// 409 for a pairing that is over.
Secret make_reset_link(Context& context, const Caller& caller, std::string_view pairing_id,
                       const SecurityQuestion& question);

/// What the page says.
struct ResetPrompt {
  std::string user;
  std::string requester;
  std::string question;  ///< empty: none
};

/// Looks only. Nothing if the link is not, or no longer, good.
std::optional<ResetPrompt> reset_prompt(Context& context, std::string_view pairing_id,
                                        std::string_view token);

enum class ResetOutcome { done, wrong_answer, not_good };

/// Deactivates the pairing. The fifth wrong answer ends the link.
ResetOutcome reset_by_link(Context& context, std::string_view pairing_id, std::string_view token,
                           std::string_view answer);

}  // namespace toopher::server

#endif
