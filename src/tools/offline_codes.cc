// SPDX-License-Identifier: Apache-2.0
#include "tools/offline_codes.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

using helper::Message;
namespace verb = helper::verb;

/// Ten runs of scrypt, also on a machine that is slow or busy.
constexpr std::chrono::seconds kMaking{60};

void print(std::string_view codes) {
  constexpr std::size_t kHalf = 5;
  Secret text("\n");
  for (const std::string_view code : split(codes, ' ')) {
    const std::string shown = sanitize_for_display(code);
    text.append("    " + shown.substr(0, kHalf) + "-" + shown.substr(std::min(kHalf, shown.size())) + "\n");
  }
  text.append("\n");
  say("Offline codes, each good for one login to this computer while no server can be reached:\n");
  say(std::string(text.view()));
  say("Keep them on paper or in a password manager, away from this computer. They are not shown again;\n"
      "toopher-pair --offline-codes makes new ones, and these end then.\n");
}

}  // namespace

void make_offline_codes(HelperTalk talk, const Subject& subject) {
  talk.send(Message(verb::kLogin)
                .set("user", subject.user)
                .set("action", "make offline codes")
                .set("host", subject.host)
                .set("service", "toopher-pair"));
  const Message push = talk.ask(
      Message(verb::kOfflineAsk).set("ttl", std::to_string(Approval::kPatience.count())).set("number", "1"),
      subject.network_timeout);
  if (!push.is(verb::kPending)) fail_with(push);
  const std::string number = sanitize_for_display(push.get("number"));
  say("The paired phone shows a request for offline codes of this computer. Approve it there" +
      (number.empty() ? std::string(".\n") : " (number " + number + ").\n"));
  (void)wait_for_phone(talk);
  const Message made = talk.ask(Message(verb::kOfflineMake), kMaking);
  if (!made.is(verb::kOfflineCodes)) fail_with(made);
  print(made.get("codes"));
}

}  // namespace toopher::tools
