// SPDX-License-Identifier: Apache-2.0
#include "tools/recovery_codes.h"

#include "base/text.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

using helper::Message;

/// In groups of four, for people.
Secret grouped(std::string_view code) {
  constexpr std::size_t kGroup = 4;
  Secret shown;
  for (std::size_t i = 0; i < code.size(); i += kGroup) {
    if (i != 0) shown.append("-");
    shown.append(code.substr(i, kGroup));
  }
  return shown;
}

void print(std::string_view codes) {
  Secret text("\n");
  for (const std::string_view code : split(codes, ' ')) {
    text.append("    ");
    text.append(grouped(sanitize_for_display(code)).view());
    text.append("\n");
  }
  text.append("\n");
  say("Recovery codes, each good for one login without your phone:\n");
  say(std::string(text.view()));
  say("Keep them on paper or in a password manager, away from this computer. They are not shown again;\n"
      "toopher-pair --recovery-codes makes new ones, and these end then.\n");
}

}  // namespace

bool make_recovery_codes(HelperTalk talk, const Subject& subject, const std::string& authorization) {
  const Message answer = talk.ask(
      Message(helper::verb::kRecoveryCodes).set("user", subject.user).set("authorization", authorization),
      subject.network_timeout);
  if (answer.is(helper::verb::kRefused) && answer.get("kind") == helper::refusal::kApprovalNeeded &&
      authorization.empty())
    return false;
  if (!answer.is(helper::verb::kRecoveryCodes)) fail_with(answer);
  print(answer.get("codes"));
  return true;
}

}  // namespace toopher::tools
