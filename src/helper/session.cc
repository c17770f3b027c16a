// SPDX-License-Identifier: Apache-2.0
#include "helper/session.h"

#include <poll.h>

#include <algorithm>
#include <chrono>

#include "api/reason.h"
#include "base/one_time_code.h"
#include "base/random.h"
#include "base/text.h"
#include "helper/answers.h"
#include "otp/otpauth_uri.h"

namespace toopher::helper {
namespace {

/// Together they stay below the second in which a helper that lost its caller has to be gone.
constexpr Clock::Duration kLearnId{350};
constexpr Clock::Duration kWithdraw{550};

constexpr std::uint64_t kLongestTimeoutMs = 3'600'000;
constexpr std::uint64_t kLongestTtl = 3'600;  // seconds
/// What an answer takes back to the caller, at most; a tenth of short timeouts.
constexpr Clock::Duration kMargin{150};
constexpr Clock::Duration kSendPatience{200};

constexpr std::size_t kSeedBytes = 20;  // RFC 4226 section 4, R6
/// Encoded twice it still fits into a line, and servers know no longer ones.
constexpr std::size_t kLongestUser = 256;

Message out_of_place(const Message& line, const std::string& what) {
  return failed(failure::kInternal, "toopher-helper was asked to " + line.verb() + " " + what);
}

}  // namespace

const Session::Command Session::kCommands[] = {
    {verb::kLogin, &Session::login, Access::everybody, Cost::nothing},
    {verb::kPush, &Session::push, Access::everybody, Cost::ring},
    {verb::kWait, &Session::wait, Access::everybody, Cost::nothing},
    {verb::kCode, &Session::code, Access::everybody, Cost::look},
    {verb::kCancel, &Session::cancel, Access::everybody, Cost::nothing},
    {verb::kOffline, &Session::offline, Access::everybody, Cost::look},
    {verb::kOfflineAsk, &Session::offline_ask, Access::everybody, Cost::ring},
    {verb::kOfflineMake, &Session::offline_make, Access::everybody, Cost::nothing},
    {verb::kPair, &Session::pair, Access::everybody, Cost::ring},
    {verb::kPairLink, &Session::pair_link, Access::everybody, Cost::ring},
    {verb::kPairWait, &Session::pair_wait, Access::everybody, Cost::nothing},
    {verb::kCheck, &Session::check, Access::root, Cost::look},
    {verb::kRecoveryCodes, &Session::recovery_codes, Access::everybody, Cost::look},
    {verb::kCodeApp, &Session::code_app, Access::everybody, Cost::ring},
    {verb::kCodeAppAdd, &Session::code_app_add, Access::everybody, Cost::look},
};

void Session::run() {
  for (bool last = false; !last;) {
    auto received = next_line();
    if (received.status != LineChannel::Status::message) break;
    const Step step = handle(std::move(*received.message));
    if (told_to_stop()) break;
    if (step.answer && !send(*step.answer)) break;
    offline_.settle();
    last = step.last;
  }
  if (told_to_stop()) (void)send(Message(verb::kInterrupted));
  withdraw();
}

/// The caller's next line; Status::timeout where a signal came first, or the caller let too much time pass.
LineChannel::Received Session::next_line() {
  const client::Watch both = watch(POLLIN);
  const auto patience = caller_.patience();
  const auto end = patience ? clock_.now() + *patience : Clock::TimePoint::max();
  for (;;) {
    auto received = channel_.receive_available();
    if (received.status != LineChannel::Status::timeout || told_to_stop() || clock_.now() >= end)
      return received;
    (void)both.wait(std::min<Clock::Duration>(std::chrono::hours(1), Deadline(end).remaining(clock_)));
  }
}

Session::Step Session::handle(Message line) {
  for (const Command& command : kCommands)
    if (line.is(command.verb)) return handle(command, line);
  return {out_of_place(line, ", which it does not know"), true};
}

Session::Step Session::handle(const Command& command, Message& line) {
  if (const auto objection = caller_.adapt(line, command.access))
    return {failed(failure::kForbidden, *objection), true};
  if (!caller_.may_spend(command.cost))
    return {failed(failure::kRejected, "this account asked too often; wait a minute")};
  return (this->*command.handler)(line);
}

Session::Step Session::login(const Message& line) {
  if (login_) return {out_of_place(line, "a second time"), true};
  login_ = login_of(line, caller_.is_trusted());
  if (!login_) return {out_of_place(line, "without a user"), true};
  if (line.has("nobody")) nobody_.emplace(api_, clock_);
  return {};
}

Session::Step Session::push(const Message& line) {
  if (!login_) return {out_of_place(line, "without a login"), true};
  return push(*login_, line);
}

Session::Step Session::push(client::Login login, const Message& line) {
  const auto timeout = timeout_of(line);
  const auto ttl = parse_decimal(line.get("ttl"), kLongestTtl);
  if (!timeout || !ttl || !pending_.empty()) return {out_of_place(line, "at the wrong time"), true};
  login.number_matching = line.get("number") == "1";
  const auto result =
      asked().push(login, std::chrono::seconds(*ttl), deadline_after(*timeout), watch(POLLRDHUP, kLearnId));
  if (const auto* pending = std::get_if<client::Pending>(&result)) pending_ = pending->id;
  return told(result);
}

Session::Step Session::wait(const Message& line) {
  const auto timeout = timeout_of(line);
  if (pending_.empty() || !timeout) return {out_of_place(line, "without a push"), true};
  const auto result = asked().wait(pending_, deadline_after(*timeout), watch(POLLIN | POLLRDHUP));
  const auto* expired = std::get_if<client::Expired>(&result);
  const bool decided = std::holds_alternative<client::Granted>(result) ||
                       std::holds_alternative<client::Denied>(result) ||
                       (expired != nullptr && expired->final);
  if (decided) pending_.clear();
  return told(result);
}

Session::Step Session::code(const Message& line) {
  const auto timeout = timeout_of(line);
  const auto typed = OneTimeCode::parse(line.get("otp"));
  const auto* code = std::get_if<OneTimeCode>(&typed);
  const bool for_the_server = code != nullptr && code->form() != OneTimeCode::Form::offline;
  if (!login_ || !timeout || !for_the_server) return {out_of_place(line, "without a login or a code"), true};
  const auto result = asked().present_code(*login_, Secret(code->digits()), pending_,
                                           deadline_after(*timeout), watch(POLLRDHUP));
  const auto* denied = std::get_if<client::Denied>(&result);
  const bool push_is_over = std::holds_alternative<client::Granted>(result) ||
                            (denied != nullptr && denied->reason_code == api::reason::kSupersededDenied);
  if (push_is_over) pending_.clear();
  return told(result);
}

Session::Step Session::cancel(const Message&) {
  withdraw();
  return {Message(verb::kCancelled)};
}

Session::Step Session::offline(const Message& line) {
  const auto timeout = timeout_of(line);
  const auto typed = OneTimeCode::parse(line.get("otp"));
  const auto* code = std::get_if<OneTimeCode>(&typed);
  const bool for_this_host = code != nullptr && code->form() == OneTimeCode::Form::offline;
  if (!login_ || nobody_ || !timeout || !for_this_host)
    return {out_of_place(line, "without a login or an offline code"), true};
  return {offline_.spend(login_->user, *code, deadline_after(*timeout))};
}

Session::Step Session::offline_ask(const Message& line) {
  if (!login_) return {out_of_place(line, "without a login"), true};
  // Before the phone rings for nothing.
  if (!offline_.are_kept()) return {OfflineCodes::not_kept()};
  Step step = push(OfflineCodes::approval_of(*login_), line);
  if (step.answer && step.answer->is(verb::kPending)) offline_.asked_for_approval(pending_);
  return step;
}

Session::Step Session::offline_make(const Message& line) {
  const auto timeout = timeout_of(line);
  if (!login_ || !timeout) return {out_of_place(line, "without a login or a timeout"), true};
  return {offline_.make(login_->user, deadline_after(*timeout))};
}

Session::Step Session::pair(const Message& line) {
  const auto timeout = timeout_of(line);
  if (!timeout || !line.has("user") || !line.has("phrase"))
    return {out_of_place(line, "without a user, a phrase or a timeout"), true};
  const auto result =
      api_.create_pairing(std::string(line.get("phrase")), std::string(line.get("user")),
                          std::string(line.get("authorization")), deadline_after(*timeout), watch(POLLRDHUP));
  if (const auto* pending = std::get_if<client::Pending>(&result)) pairing_ = pending->id;
  return {answer_for(result)};
}

Session::Step Session::pair_link(const Message& line) {
  const auto timeout = timeout_of(line);
  if (!timeout || !line.has("user")) return {out_of_place(line, "without a user or a timeout"), true};
  const auto result = api_.create_link(std::string(line.get("user")), std::string(line.get("authorization")),
                                       deadline_after(*timeout), watch(POLLRDHUP));
  if (const auto* invited = std::get_if<client::Invited>(&result)) pairing_ = invited->id;
  return {answer_for(result)};
}

Session::Step Session::pair_wait(const Message& line) {
  const auto timeout = timeout_of(line);
  if (pairing_.empty() || !timeout) return {out_of_place(line, "without a pairing"), true};
  return {answer_for(api_.wait_pairing(pairing_, deadline_after(*timeout), watch(POLLIN | POLLRDHUP)))};
}

Session::Step Session::check(const Message& line) {
  const auto timeout = timeout_of(line);
  const auto server = parse_decimal(line.get("server"), api_.servers() - 1);
  if (!timeout || !server || !line.has("user"))
    return {out_of_place(line, "without a server that is there, a user or a timeout"), true};
  const auto found =
      api_.examine(*server, std::string(line.get("user")), deadline_after(*timeout), watch(POLLRDHUP));
  for (const Message& certificate : certificates_of(found))
    if (!send(certificate)) return {std::nullopt, true};
  return {checked(found, api_.servers())};
}

Session::Step Session::recovery_codes(const Message& line) {
  const auto timeout = timeout_of(line);
  if (!timeout || !line.has("user")) return {out_of_place(line, "without a user or a timeout"), true};
  return {answer_for(api_.make_recovery_codes(std::string(line.get("user")),
                                              std::string(line.get("authorization")),
                                              deadline_after(*timeout), watch(POLLRDHUP)))};
}

Session::Step Session::code_app(const Message& line) {
  const std::string_view user = line.get("user");
  if (code_app_ || user.empty() || user.size() > kLongestUser)
    return {out_of_place(line, "without a user, or a second time"), true};
  code_app_ = CodeApp{std::string(user), random_bytes(kSeedBytes)};
  const std::string server = api_.server().authority();
  const Secret link = otp::totp_uri(code_app_->seed, server, user);
  return {Message(verb::kCodeApp).set("link", link.view()).set("server", server)};
}

Session::Step Session::code_app_add(const Message& line) {
  const auto timeout = timeout_of(line);
  const auto typed = OneTimeCode::parse(line.get("otp"));
  const auto* code = std::get_if<OneTimeCode>(&typed);
  const bool of_an_app = code != nullptr && code->form() == OneTimeCode::Form::otp;
  if (!code_app_ || !timeout || !of_an_app)
    return {out_of_place(line, "without a code app, a code or a timeout"), true};
  const auto result =
      api_.add_code_app(code_app_->user, code_app_->seed, Secret(code->digits()),
                        std::string(line.get("authorization")), deadline_after(*timeout), watch(POLLRDHUP));
  if (std::holds_alternative<client::CodeAppAdded>(result)) code_app_.reset();
  return {answer_for(result)};
}

template <class Result>
Session::Step Session::told(const Result& result) {
  if (nobody_) return {answer_for(result)};
  offline_.hear(login_->user, result);
  auto answer = answer_for(result);
  if (answer) offline_.offer(login_->user, *answer);
  return {std::move(answer)};
}

std::optional<Clock::Duration> Session::timeout_of(const Message& line) const {
  const auto milliseconds = parse_decimal(line.get("timeout-ms"), kLongestTimeoutMs);
  if (!milliseconds || *milliseconds == 0) return std::nullopt;
  return Clock::Duration(*milliseconds);
}

Deadline Session::deadline_after(Clock::Duration timeout) const {
  return Deadline::after(clock_, timeout - std::min(kMargin, timeout / 10));
}

client::Watch Session::watch(short caller_events, Clock::Duration linger) const {
  return {{{stop_, POLLIN, 0}, {channel_.fd(), caller_events, 0}}, linger};
}

bool Session::told_to_stop() const {
  pollfd item{stop_, POLLIN, 0};
  return ::poll(&item, 1, 0) > 0;
}

client::LoginApi& Session::asked() {
  if (nobody_) return *nobody_;
  return api_;
}

bool Session::send(const Message& message) {
  return channel_.send(message, Deadline::after(clock_, kSendPatience));
}

void Session::withdraw() {
  if (pending_.empty()) return;
  (void)asked().cancel(pending_, Deadline::after(clock_, kWithdraw), {});
  pending_.clear();
}

}  // namespace toopher::helper
