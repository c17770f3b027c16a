// SPDX-License-Identifier: Apache-2.0
// A session of the helper with a caller that sends anything and hangs up, and no server. The first byte chooses who calls.
#include <unistd.h>

#include "fuzz/socket_pair.h"
#include "fuzz/targets.h"
#include "helper/session.h"

namespace toopher::fuzz {

namespace {

client::Requester nobody_there() {
  return {{*client::BaseUrl::parse("http://127.0.0.1:1/v1/")},
          {"key", Secret("secret of the host")},
          {},
          std::chrono::seconds(1)};
}

bool gives_away(const helper::Message& answer) {
  namespace verb = helper::verb;
  return answer.is(verb::kGranted) || answer.is(verb::kPending) || answer.is(verb::kPaired) ||
         answer.is(verb::kLink) || answer.is(verb::kRecoveryCodes) || answer.is(verb::kOfflineCodes) ||
         answer.is(verb::kCodeAppAdded);
}

}  // namespace

void session(std::string_view input) {
  static const SteadyClock clock;
  static client::ToopherApi api(nobody_there(), clock);
  static SocketPair never;  // its end is never readable
  const bool is_account = !input.empty() && (static_cast<unsigned char>(input.front()) & 1U) != 0;
  input.remove_prefix(input.empty() ? 0 : 1);

  helper::RateLimit limit(clock);
  SocketPair sockets;
  sockets.say_and_end(input);
  {
    helper::LineChannel channel(std::move(sockets.ours), clock);
    helper::Session(channel, never.ours.get(), api,
                    is_account ? helper::Caller::account(1000, "u", "u", limit) : helper::Caller::trusted(),
                    nullptr, clock)
        .run();
  }
  api.forget_session();
  const std::string heard = sockets.heard();
  require(heard.find("secret of the host") == std::string::npos, "no secret is told");
  std::string_view left = heard;
  while (!left.empty()) {
    const auto answer = helper::Message::from_line(take_line(left));
    require(answer.has_value(), "the helper speaks its protocol");
    require(!gives_away(*answer), "nothing is granted without a server");
    require(!is_account || !answer->is(helper::verb::kChecked), "only root examines servers");
  }
}

}  // namespace toopher::fuzz
