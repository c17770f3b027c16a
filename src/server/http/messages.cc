// SPDX-License-Identifier: Apache-2.0
#include "server/http/messages.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "server/run_program.h"
#include "server/service/rules.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "message";
constexpr std::chrono::seconds kLimit{10};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string digits_of(std::string_view number) {
  std::string digits;
  for (const char c : number) {
    if (is_digit(c)) {
      digits += c;
    } else if (std::string_view(" -.()/").find(c) == std::string_view::npos) {
      refuse(400, "phone_number must be digits.");
    }
  }
  return digits;
}

/// Characters of an address that no program takes for anything else.
bool is_plain(char c) {
  return c > ' ' && c < '\x7F' && std::string_view("\"'`\\,;:<>()[]|&$@").find(c) == std::string_view::npos;
}

/// `answer` if the program ran well, else 503; the log says why.
Answer outcome(const Program& program, const char* what, Answer answer) {
  const std::string failure = run_program(program);
  if (failure.empty()) return answer;
  (void)std::fprintf(stderr, "toopherd: %s %s %s\n", what, program.path.c_str(), failure.c_str());
  return to_answer({503, 503, "The message could not be sent; the server's log says why."});
}

}  // namespace

std::string telephone_number(std::string_view number, std::string_view country) {
  constexpr std::size_t kFewest = 4;
  constexpr std::size_t kMost = 15;  // E.164
  constexpr std::size_t kMostOfCountry = 3;
  number = trim(number);
  country = trim(country);
  if (number.empty()) refuse(400, "phone_number is missing.");
  const bool international = number.front() == '+';
  if (international) number.remove_prefix(1);
  if (country.starts_with('+')) country.remove_prefix(1);
  if (country.size() > kMostOfCountry || !std::all_of(country.begin(), country.end(), is_digit))
    refuse(400, "phone_country must be a calling code, such as 1 or 49.");
  std::string digits = digits_of(number);
  if (!international) digits.insert(0, country);
  if (digits.size() < kFewest || digits.size() > kMost) refuse(400, "phone_number must have 4 to 15 digits.");
  return (international || !country.empty() ? "+" : "") + digits;
}

std::string mail_address(std::string_view address) {
  constexpr std::size_t kMost = 254;  // RFC 5321 section 4.5.3.1.3 leaves no more
  address = trim(address);
  if (address.empty()) refuse(400, "reset_email is missing.");
  const std::string_view local = address.substr(0, address.find('@'));
  const std::string_view domain = address.substr(std::min(local.size() + 1, address.size()));
  if (address.size() > kMost || local.empty() || domain.empty() || local.front() == '-' ||
      !std::all_of(local.begin(), local.end(), is_plain) ||
      !std::all_of(domain.begin(), domain.end(), is_plain))
    refuse(400, "reset_email must be one mail address.");
  return std::string(address);
}

void require_gateway(const std::string& command, std::string_view message) {
  if (command.empty()) refuse(403, std::string(message));
}

void count_message(Context& context, const Caller& caller, std::string_view to) {
  const Millis since = context.now - rules::kMessageWindow;
  const std::string target = "to " + std::string(to);
  if (context.store.count_tries(kTries, caller.id, since) >= rules::kMaxMessages ||
      context.store.count_tries(kTries, target, since) >= rules::kMaxMessagesToOne)
    refuse(429, "Too many messages were sent; try again in some minutes.");
  context.store.insert_try(kTries, caller.id, context.now);
  context.store.insert_try(kTries, target, context.now);
}

std::function<Answer()> sending_text(const std::string& command, const std::string& number,
                                     const std::string& requester, const Secret& link, std::string body) {
  // A function can be copied, a Secret cannot.
  const auto text =
      std::make_shared<Secret>(sanitize_for_display(requester) + ": pair this phone by opening ");
  text->append(link.view());
  return [command, number, text, body = std::move(body)] {
    return outcome({command, {number, std::string(text->view())}, "", kLimit}, "sms-command", {200, body});
  };
}

std::function<Answer()> sending_mail(const std::string& command, const std::string& address,
                                     const std::string& requester, const Secret& link) {
  const std::string subject = "Remove the phone that approves your logins";
  const auto text = std::make_shared<Secret>(
      "Somebody, probably you, asked " + sanitize_for_display(requester) +
      " to remove the phone that approves your logins.\n"
      "If it is lost or replaced, open this link within an hour, and press the button there:\n\n");
  text->append(link.view());
  text->append("\n\nIf you did not ask for this, do nothing, and tell your administrator.\n");
  return [command, address, subject, text] {
    return outcome({command, {address, subject}, text->view(), kLimit}, "mail-command", {201, "{}"});
  };
}

}  // namespace toopher::server
