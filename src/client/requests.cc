// SPDX-License-Identifier: Apache-2.0
#include "client/requests.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "client/answer.h"

namespace toopher::client {
namespace {

/// Servers accept minutes of difference; below this a wrong clock is not why a signature was refused.
constexpr std::int64_t kClockToleranceSeconds = 30;
constexpr std::size_t kNonceBytes = 16;
constexpr Clock::Duration kLongestPause{2000};
/// A call whose process was away for longer has not waited for its server; half of a shorter timeout.
constexpr Clock::Duration kLongestAbsence{1000};

std::string nonce() {
  return hex_encode(random_bytes(kNonceBytes).view());
}

/// Whether a further exchange with the same server could bring a better result.
bool is_unsettled(const HttpResult& result) {
  if (const auto* answer = std::get_if<HttpAnswer>(&result)) return answer->status >= kServerError;
  const auto* none = std::get_if<NoAnswer>(&result);
  return none != nullptr && none->temporary && !none->nothing_sent;
}

bool is_marked(const Call& call) {
  return oauth::find(call.parameters, "client_request_id") != nullptr;
}

}  // namespace

Clock::Duration Backoff::next() {
  return std::exchange(pause_, std::min(pause_ * 2, kLongestPause));
}

Requests::Requests(Requester requester, const Clock& clock)
    : credentials_(std::move(requester.credentials)),
      timeout_(requester.timeout),
      clock_(clock),
      attendance_(clock),
      http_(std::move(requester.transport), clock, attendance_) {
  if (requester.servers.empty()) throw std::runtime_error("no server is configured");
  for (BaseUrl& url : requester.servers) servers_.push_back({std::move(url), false});
}

Clock::Duration Requests::longest_absence() const {
  return std::min(kLongestAbsence, Clock::Duration(timeout_) / 2);
}

Requests::Submitted Requests::submit(const Call& call, const Deadline& deadline, const Watch& watch) {
  attendance_.begin();
  Submitted result = submit_to_each(call, deadline, watch);
  const auto* failed = std::get_if<Failed>(&result);
  const auto absent = attendance_.absent();
  if (failed == nullptr || failed->kind != FailureKind::unreachable || absent <= longest_absence())
    return result;
  // A local user can bring this about, and an outage may let in.
  return Failed{FailureKind::internal, failed->text +
                                           "; but toopher-helper itself was stopped or starved for " +
                                           std::to_string(absent.count()) + " ms meanwhile"};
}

/// What has come of a call so far.
struct Requests::Attempts {
  std::optional<Failed> trouble;
  std::optional<HttpAnswer> excuse;  ///< the last answer of 500 and above
  bool arrived = false;              ///< a server may have acted on it
  bool may_heal = false;             ///< in this round: asking again may help
  std::set<std::size_t> examined;    ///< who has been asked whether it recognises repeats

  void take(NoAnswer none) {
    // What is not an outage must not be hidden behind one: an outage may let the user in.
    if (!trouble || trouble->kind == FailureKind::unreachable) trouble = std::move(none.why);
    arrived = arrived || !none.nothing_sent;
    may_heal = may_heal || none.temporary;
  }
  void take(HttpAnswer answer) {
    excuse = std::move(answer);
    arrived = may_heal = true;
  }
  Submitted result() {
    if (excuse && (!trouble || trouble->kind == FailureKind::unreachable)) return std::move(*excuse);
    return std::move(*trouble);
  }
};

Requests::Submitted Requests::submit_to_each(const Call& call, const Deadline& deadline, const Watch& watch) {
  // Whoever can stop the caller decides how much time it leaves for the server.
  const bool in_haste = deadline.remaining(clock_) < longest_absence();
  Backoff backoff;
  Attempts attempts;
  for (const std::size_t first = current_;;) {
    attempts.may_heal = false;
    for (std::size_t tried = 0; tried < servers_.size(); ++tried) {
      const std::size_t index = (first + tried) % servers_.size();
      if (attempts.arrived && !may_repeat(index, call, attempts, deadline, watch)) continue;
      // A server that swallows connections must leave the others their share of the time.
      const auto share =
          deadline.remaining(clock_) / static_cast<Clock::Duration::rep>(servers_.size() - tried);
      HttpResult result = settle(servers_[index], call, {deadline, share}, watch);
      if (std::holds_alternative<Abandoned>(result)) return Abandoned{};
      if (auto* answer = std::get_if<HttpAnswer>(&result)) {
        current_ = index;
        if (answer->status < kServerError || servers_.size() == 1) return std::move(*answer);
        attempts.take(std::move(*answer));
      } else {
        NoAnswer& none = std::get<NoAnswer>(result);
        if (none.timed_out && in_haste)
          none.why = {FailureKind::internal, none.why.text + "; but the caller left no time for an answer"};
        attempts.take(std::move(none));
      }
      if (deadline.expired(clock_)) return attempts.result();
    }
    if (!attempts.may_heal) return attempts.result();
    const auto pause = std::min(backoff.next(), deadline.remaining(clock_));
    if (attendance_.during(pause, [&] { return watch.wait(pause); })) return Abandoned{};
    if (deadline.expired(clock_)) return attempts.result();
  }
}

/// Whether a call that another server, or this one, may have received already can be sent to this one: it must say that it
/// recognises repeats, and if it never had an occasion to, it is given one that changes nothing.
bool Requests::may_repeat(std::size_t index, const Call& call, Attempts& attempts, const Deadline& deadline,
                          const Watch& watch) {
  Server& server = servers_[index];
  if (!is_marked(call)) return false;
  if (server.recognises_repeats) return true;
  // Alone it was asked just now, and settle() would have repeated the call if it could.
  if (servers_.size() == 1 || !attempts.examined.insert(index).second) return false;
  const Call look{Call::Method::get, "authentication_requests/" + random_uuid(), {}};
  (void)exchange(server, look, std::chrono::seconds::zero(), {deadline}, watch);
  return server.recognises_repeats;
}

/// Exchanges with one server until there is nothing to repeat, or nothing may be repeated. With others to turn to, one.
HttpResult Requests::settle(Server& server, const Call& call, const Limits& limits, const Watch& watch) {
  Backoff backoff;
  const bool repeats = is_marked(call) && servers_.size() == 1;
  for (;;) {
    HttpResult result = exchange(server, call, std::chrono::seconds::zero(), limits, watch);
    if (!is_unsettled(result) || !repeats || !server.recognises_repeats) return result;
    const auto pause = backoff.next();
    if (pause >= limits.deadline.remaining(clock_)) return result;
    if (attendance_.during(pause, [&] { return watch.wait(pause); })) return Abandoned{};
  }
}

HttpResult Requests::ask(const Call& call, std::chrono::seconds held, const Deadline& deadline,
                         const Watch& watch) {
  HttpResult result = exchange(servers_[current_], call, held, {deadline}, watch);
  if (is_out_of_order(result)) current_ = (current_ + 1) % servers_.size();
  return result;
}

void Requests::forget_session() {
  current_ = asked_ = 0;
  clock_corrected_ = false;
  http_.forget_answer();
}

/// One exchange, and a second one if the first was refused because of this machine's clock.
HttpResult Requests::exchange(Server& server, const Call& call, std::chrono::seconds held,
                              const Limits& limits, const Watch& watch) {
  for (;;) {
    const Deadline end(std::min(limits.deadline.at(), Deadline::after(clock_, timeout_ + held).at()));
    asked_ = static_cast<std::size_t>(&server - servers_.data());
    HttpRequest request = signed_request(server, call);
    request.connect_patience = limits.connect_patience;
    HttpResult result = http_.exchange(request, end, watch);
    const auto* answer = std::get_if<HttpAnswer>(&result);
    if (answer != nullptr && knows_client_request_id(*answer)) server.recognises_repeats = true;
    if (answer == nullptr || !correct_clock(*answer)) return result;
  }
}

HttpResult Requests::look_up(const Server& server, const std::string& user, const Deadline& deadline,
                             const Watch& watch, Connection& seen) {
  const Call call{Call::Method::get, "users", {{"name", user}}};
  for (;;) {
    const Deadline end(std::min(deadline.at(), Deadline::after(clock_, timeout_).at()));
    HttpResult result = http_.examine(signed_request(server, call), end, watch, seen);
    const auto* answer = std::get_if<HttpAnswer>(&result);
    if (answer == nullptr || !correct_clock(*answer)) return result;
  }
}

Examination Requests::examine(std::size_t index, const std::string& user, const Deadline& deadline,
                              const Watch& watch) {
  const Server& server = servers_.at(index);
  Examination found;
  found.origin = server.url.origin();
  const HttpResult result = look_up(server, user, deadline, watch, found.connection);
  if (const auto* none = std::get_if<NoAnswer>(&result)) found.trouble = none->why;
  const auto* answer = std::get_if<HttpAnswer>(&result);
  if (answer == nullptr) return found;
  found.status = answer->status;
  if (answer->date) found.clock_ahead = *answer->date - std::time(nullptr);
  found.trouble = read_users(*answer, server.url, found);
  return found;
}

HttpRequest Requests::signed_request(const Server& server, const Call& call) const {
  const bool post = call.method == Call::Method::post;
  HttpRequest request{server.url, call.path, {}, std::nullopt, post && !server.recognises_repeats};
  request.authorization =
      oauth::authorization_header(credentials_, post ? "POST" : "GET", server.url.text() + call.path,
                                  call.parameters, nonce(), std::time(nullptr) + clock_offset_);
  std::string form = oauth::to_form(call.parameters);
  if (post) {
    request.form = Secret::take(form);
  } else if (!form.empty()) {
    request.path += "?" + form;
  }
  return request;
}

/// True once: when a 401 came from a server whose clock is far from the time that was signed.
bool Requests::correct_clock(const HttpAnswer& answer) {
  if (answer.status != 401 || !answer.date || clock_corrected_) return false;
  const std::int64_t offset = *answer.date - std::time(nullptr);
  if (std::abs(offset - clock_offset_) < kClockToleranceSeconds) return false;
  clock_offset_ = offset;
  clock_corrected_ = true;
  return true;
}

}  // namespace toopher::client
