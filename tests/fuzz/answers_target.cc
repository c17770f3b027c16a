// SPDX-License-Identifier: Apache-2.0
// A whole login, from what a person types (lines, up to one that is "--") and what a helper says (all that follows).
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/deadline.h"
#include "fuzz/socket_pair.h"
#include "fuzz/targets.h"
#include "helper/launch.h"
#include "pam/helper_factor.h"
#include "pam/login.h"

namespace toopher::fuzz {

namespace {

void require_harmless(std::string_view shown) {
  require(std::none_of(shown.begin(), shown.end(),
                       [](char c) { return c == '\x1b' || c == '\r' || c == '\x7f' || c == '\0'; }),
          "nothing that a server says moves a cursor");
}

class Person final : public pam::Conversation {
 public:
  explicit Person(std::string_view& types) : types_(types) {}
  Reply ask(const pam::Text& prompt, bool /*visible*/) override {
    require_harmless(prompt.in(english_));
    if (types_.empty()) return {};
    return {Status::answered, Secret(take_line(types_))};
  }
  void tell(const pam::Text& text) override { require_harmless(text.in(english_)); }
  void report(const pam::Text& text) override { require_harmless(text.in(english_)); }

 private:
  const Catalogue english_;
  std::string_view& types_;
};

pam::Terms terms_of(std::string_view& input) {
  const unsigned choice = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  input.remove_prefix(input.empty() ? 0 : 1);
  pam::Terms terms;
  constexpr config::Prompt kPrompts[] = {config::Prompt::during, config::Prompt::before,
                                         config::Prompt::after};
  terms.prompt = kPrompts[choice % 3];
  terms.can_prompt = (choice & 4U) == 0;
  terms.offline_codes = (choice & 8U) != 0;
  terms.may_be_unpaired = (choice & 16U) != 0;
  terms.login_password = (choice & 32U) != 0 ? "123456" : "";
  return terms;
}

/// Whether a helper that says this has said that the login is granted.
bool says_granted(std::string_view said) {
  while (!said.empty()) {
    const auto message = helper::Message::from_line(take_line(said));
    if (message && message->is(helper::verb::kGranted) && (message->has("id") || message->has("left")))
      return true;
  }
  return false;
}

}  // namespace

void answers(std::string_view input) {
  const pam::Terms terms = terms_of(input);
  constexpr std::string_view kThenTheHelper = "--\n";
  const auto border = input.find(kThenTheHelper);
  const std::string_view said =
      border == std::string_view::npos ? std::string_view() : input.substr(border + kThenTheHelper.size());
  std::string_view types = input.substr(0, border);

  const SteadyClock clock;
  SocketPair sockets;
  sockets.say_and_end(said);
  pam::HelperFactor factor(
      helper::HelperProcess(Child(), helper::LineChannel(std::move(sockets.ours), clock)),
      helper::Message(helper::verb::kLogin).set("user", "u"), clock);
  Person person(types);
  const pam::Outcome outcome = pam::Login(terms, person, factor, clock).run();
  require(outcome.verdict != pam::Verdict::granted || says_granted(said),
          "a login is granted by a word of the helper's");
  require(outcome.verdict != pam::Verdict::exempt && outcome.verdict != pam::Verdict::remembered,
          "only policy exempts");
  require(outcome.verdict != pam::Verdict::unpaired_optional || terms.may_be_unpaired,
          "only policy lets past");
}

}  // namespace toopher::fuzz
