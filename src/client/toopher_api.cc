// SPDX-License-Identifier: Apache-2.0
#include "client/toopher_api.h"

#include <algorithm>
#include <utility>

#include "api/objects.h"
#include "api/reason.h"
#include "base/random.h"
#include "base/text.h"
#include "client/answer.h"

namespace toopher::client {
namespace {

using std::chrono::seconds;

constexpr seconds kLongestHold{60};
/// The last question is asked this long before the deadline.
constexpr Clock::Duration kLastQuestion{100};

/// The server keeps ids of the last hour in an index: by time, new ones are beside each other.
std::string new_id() {
  return time_ordered_uuid();
}

void add(oauth::Parameters& parameters, const char* name, std::string_view value) {
  if (!value.empty()) parameters.push_back({name, std::string(value)});
}

oauth::Parameters describe(const Login& login) {
  oauth::Parameters parameters;
  if (login.pairing_id.empty()) {
    add(parameters, "user_name", login.user);
  } else {
    add(parameters, "pairing_id", login.pairing_id);
  }
  add(parameters, "action_name", login.action);
  add(parameters, "terminal_name", login.terminal);
  add(parameters, "terminal_name_extra", login.terminal_extra);
  add(parameters, "automation_allowed", login.automation_allowed ? "true" : "false");
  add(parameters, "requester_metadata", login.metadata);
  return parameters;
}

Failed not_believed(const BaseUrl& server, const std::string& what) {
  return {FailureKind::protocol, server.origin() + ": " + what};
}

InitiateResult read_initiated(const json_t* object, const BaseUrl& server) {
  try {
    const api::AuthenticationRequest request = api::authentication_request_from_json(object);
    if (request.pending) return Pending{request.id, request.number};
    if (request.granted) return Granted{request.id, request.automated, request.pairing_id};
    return Denied{request.id, request.reason_code, request.reason};
  } catch (const api::JsonError& error) {
    return not_believed(server, std::string("no authentication request: ") + error.what());
  }
}

PairResult read_created(const json_t* object, const BaseUrl& server) {
  try {
    return Pending{api::pairing_from_json(object).id, {}};
  } catch (const api::JsonError& error) {
    return not_believed(server, std::string("no pairing: ") + error.what());
  }
}

InviteResult read_invited(const json_t* object, const BaseUrl& server) {
  constexpr std::int64_t kLongest = 86400 * std::int64_t{7};
  try {
    Invited invited{api::pairing_from_json(object).id, Secret(api::required_string(object, "enrolment_link")),
                    static_cast<int>(std::clamp<std::int64_t>(api::optional_integer(object, "expires_in", 0),
                                                              0, kLongest))};
    return invited;
  } catch (const api::JsonError& error) {
    return not_believed(server, std::string("no link for a pairing: ") + error.what());
  }
}

CodeAppResult read_added(const json_t* object, const BaseUrl& server) {
  try {
    CodeAppAdded added{api::required_string(object, "id")};
    if (!api::optional_bool(object, "otp_verified", false))
      return not_believed(server, "it did not check the code");
    return added;
  } catch (const api::JsonError& error) {
    return not_believed(server, std::string("no OATH validator: ") + error.what());
  }
}

RecoveryResult read_recovery_codes(const json_t* object, const BaseUrl& server) {
  constexpr std::size_t kMostCodes = 100;
  const json_t* list = json_object_get(object, "otp_list");
  if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > kMostCodes)
    return not_believed(server, "no recovery codes: `otp_list` is not a list of codes");
  RecoveryCodes made;
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    const json_t* item = json_array_get(list, i);
    const std::string_view code(json_is_string(item) ? json_string_value(item) : "");
    if (code.empty() || code.find_first_not_of("0123456789") != std::string_view::npos)
      return not_believed(server, "no recovery codes: a code is not a text of digits");
    if (i != 0) made.codes.append(" ");
    made.codes.append(code);
  }
  return made;
}

/// What the server said to a submitted call, as one of `Result`'s alternatives; an object goes through `read`.
template <class Result>
Result result_of(Requests::Submitted submitted, const BaseUrl& server,
                 Result (*read)(const json_t*, const BaseUrl&)) {
  if (std::holds_alternative<Abandoned>(submitted)) return Abandoned{};
  if (auto* failed = std::get_if<Failed>(&submitted)) return std::move(*failed);
  AnswerContent content = read_answer(std::get<HttpAnswer>(submitted), server);
  if (auto* failed = std::get_if<Failed>(&content)) return std::move(*failed);
  if (auto* refused = std::get_if<Refused>(&content)) return std::move(*refused);
  return read(std::get<api::Json>(content).get(), server);
}

bool is_pending(const api::AuthenticationRequest& request) {
  return request.pending;
}
bool is_pending(const api::Pairing& pairing) {
  return pairing.pending;
}

}  // namespace

InitiateResult ToopherApi::initiate(oauth::Parameters parameters, const Deadline& deadline,
                                    const Watch& watch) {
  parameters.push_back({"client_request_id", new_id()});
  Call call{Call::Method::post, "authentication_requests/initiate", std::move(parameters)};
  auto submitted = requests_.submit(call, deadline, watch);
  for (oauth::Parameter& parameter : call.parameters) wipe(parameter.value);
  return result_of<InitiateResult>(std::move(submitted), requests_.server(), &read_initiated);
}

InitiateResult ToopherApi::push(const Login& login, seconds ttl, const Deadline& deadline,
                                const Watch& watch) {
  oauth::Parameters parameters = describe(login);
  add(parameters, "ttl", std::to_string(ttl.count()));
  if (login.number_matching) add(parameters, "number_matching", "true");
  InitiateResult result = initiate(std::move(parameters), deadline, watch);
  const auto* denied = std::get_if<Denied>(&result);
  if (denied != nullptr && denied->reason_code == api::reason::kOtpRequired)
    return Refused{RefusalKind::code_required, denied->reason};
  return result;
}

InitiateResult ToopherApi::present_code(const Login& login, const Secret& code, const std::string& supersedes,
                                        const Deadline& deadline, const Watch& watch) {
  oauth::Parameters parameters = describe(login);
  add(parameters, "otp", code.view());
  add(parameters, "supersedes", supersedes);
  InitiateResult result = initiate(std::move(parameters), deadline, watch);
  const auto* pending = std::get_if<Pending>(&result);
  if (pending == nullptr) return result;
  // A server that does not know `otp` has just asked the phone for something nobody waits for.
  (void)cancel(pending->id, deadline, watch);
  return not_believed(requests_.server(), "the server does not check one-time codes");
}

WaitResult ToopherApi::wait(const std::string& id, const Deadline& deadline, const Watch& watch) {
  auto polled = poll<api::AuthenticationRequest>("authentication_requests/" + id, id,
                                                 &api::authentication_request_from_json, deadline, watch);
  if (auto* failed = std::get_if<Failed>(&polled)) return std::move(*failed);
  if (std::holds_alternative<Abandoned>(polled)) return Abandoned{};
  if (auto* timed_out = std::get_if<TimedOut>(&polled))
    return Expired{id, false, std::move(timed_out->trouble)};
  const auto& request = std::get<api::AuthenticationRequest>(polled);
  if (request.granted) return Granted{id, request.automated, request.pairing_id};
  if (request.reason_code == api::reason::kExpired) return Expired{id, true, {}};
  return Denied{id, request.reason_code, request.reason};
}

CancelResult ToopherApi::cancel(const std::string& id, const Deadline& deadline, const Watch& watch) {
  const Call call{Call::Method::post, "authentication_requests/" + id + "/cancel", {}};
  HttpResult result = requests_.ask(call, seconds::zero(), deadline, watch);
  for (std::size_t others = requests_.servers() - 1; others > 0 && is_out_of_order(result); --others)
    result = requests_.ask(call, seconds::zero(), deadline, watch);
  if (std::holds_alternative<Abandoned>(result)) return Abandoned{};
  if (auto* none = std::get_if<NoAnswer>(&result)) return std::move(none->why);
  AnswerContent content = read_answer(std::get<HttpAnswer>(result), requests_.server());
  if (auto* failed = std::get_if<Failed>(&content)) return std::move(*failed);
  if (std::holds_alternative<Refused>(content))
    return not_believed(requests_.server(), "the request could not be withdrawn");
  return Cancelled{};
}

ReachResult ToopherApi::reach(const Deadline& deadline, const Watch& watch) {
  // The mark has the call repeated where that of a push would be.
  const Call call{
      Call::Method::get, "authentication_requests/" + new_id(), {{"client_request_id", new_id()}}};
  auto submitted = requests_.submit(call, deadline, watch);
  if (std::holds_alternative<Abandoned>(submitted)) return Abandoned{};
  if (auto* failed = std::get_if<Failed>(&submitted)) return std::move(*failed);
  const HttpAnswer& answer = std::get<HttpAnswer>(submitted);
  AnswerContent content = read_answer(answer, requests_.server());
  auto* failed = std::get_if<Failed>(&content);
  const bool no_such_request =
      failed != nullptr && failed->kind == FailureKind::rejected && !is_temporary(answer);
  if (failed != nullptr && !no_such_request) return std::move(*failed);
  return Reached{};
}

PairResult ToopherApi::create_pairing(const std::string& phrase, const std::string& user,
                                      const std::string& authorization, const Deadline& deadline,
                                      const Watch& watch) {
  Call call{Call::Method::post, "pairings/create", {{"pairing_phrase", phrase}, {"user_name", user}}};
  add(call.parameters, "authorization", authorization);
  return result_of<PairResult>(requests_.submit(call, deadline, watch), requests_.server(), &read_created);
}

InviteResult ToopherApi::create_link(const std::string& user, const std::string& authorization,
                                     const Deadline& deadline, const Watch& watch) {
  Call call{Call::Method::post, "pairings/create/qr", {{"user_name", user}}};
  add(call.parameters, "authorization", authorization);
  return result_of<InviteResult>(requests_.submit(call, deadline, watch), requests_.server(), &read_invited);
}

RecoveryResult ToopherApi::make_recovery_codes(const std::string& user, const std::string& authorization,
                                               const Deadline& deadline, const Watch& watch) {
  Call call{Call::Method::post,
            "users/activate_next_otp_list",
            {{"user_name", user}, {"create_user_if_needed", "True"}}};
  add(call.parameters, "authorization", authorization);
  return result_of<RecoveryResult>(requests_.submit(call, deadline, watch), requests_.server(),
                                   &read_recovery_codes);
}

CodeAppResult ToopherApi::add_code_app(const std::string& user, const Secret& seed, const Secret& code,
                                       const std::string& authorization, const Deadline& deadline,
                                       const Watch& watch) {
  // The server knows a repeat by the secret; the mark has it repeated where that of a login would be.
  Call call{Call::Method::post,
            "users/oath_otp_validators/associate",
            {{"user_name", user},
             {"create_user_if_needed", "True"},
             {"otp_type", "totp"},
             {"otp_digits", "6"},
             {"algorithm", "sha1"},
             {"totp_step_size", "30"},
             {"client_request_id", new_id()}}};
  std::string hex = hex_encode(seed.view());
  add(call.parameters, "secret", hex);
  wipe(hex);
  add(call.parameters, "otp", code.view());
  add(call.parameters, "authorization", authorization);
  auto submitted = requests_.submit(call, deadline, watch);
  for (oauth::Parameter& parameter : call.parameters) wipe(parameter.value);
  return result_of<CodeAppResult>(std::move(submitted), requests_.server(), &read_added);
}

PairWaitResult ToopherApi::wait_pairing(const std::string& id, const Deadline& deadline, const Watch& watch) {
  auto polled = poll<api::Pairing>("pairings/" + id, id, &api::pairing_from_json, deadline, watch);
  if (auto* failed = std::get_if<Failed>(&polled)) return std::move(*failed);
  if (std::holds_alternative<Abandoned>(polled)) return Abandoned{};
  if (auto* timed_out = std::get_if<TimedOut>(&polled))
    return Expired{id, false, std::move(timed_out->trouble)};
  const auto& pairing = std::get<api::Pairing>(polled);
  if (pairing.enabled && !pairing.deactivated) {
    const auto device = pairing.authenticator.value_or(api::Authenticator{});
    return Paired{id, device.name, device.key_fingerprint};
  }
  return Denied{id, pairing.reason_code, pairing.reason};
}

template <class Object>
ToopherApi::Polled<Object> ToopherApi::poll(const std::string& path, const std::string& id,
                                            Object (*read)(const json_t*), const Deadline& deadline,
                                            const Watch& watch) {
  Backoff backoff;
  for (;;) {
    const auto hold = std::min(std::chrono::floor<seconds>(deadline.remaining(clock_)), kLongestHold);
    Call call{Call::Method::get, path, {}};
    if (hold > seconds::zero()) add(call.parameters, "wait", std::to_string(hold.count()));
    const auto asked = clock_.now();
    auto step = judge<Object>(requests_.ask(call, hold, deadline, watch), id, read);
    if (auto* failed = std::get_if<Failed>(&step)) return std::move(*failed);
    if (std::holds_alternative<Abandoned>(step)) return Abandoned{};
    if (auto* object = std::get_if<Object>(&step)) return std::move(*object);
    Again& again = std::get<Again>(step);
    const bool held = again.trouble.empty() && hold > seconds::zero() && clock_.now() - asked >= hold;
    if (held) backoff = Backoff();
    const auto pause = held ? Clock::Duration::zero() : std::max(backoff.next(), again.at_least);
    const auto left = deadline.remaining(clock_) - kLastQuestion;
    if (watch.wait(std::clamp(pause, Clock::Duration::zero(), std::max(left, Clock::Duration::zero()))))
      return Abandoned{};
    if (left <= Clock::Duration::zero() || again.at_least > left) return TimedOut{std::move(again.trouble)};
  }
}

template <class Object>
ToopherApi::PollStep<Object> ToopherApi::judge(HttpResult result, const std::string& id,
                                               Object (*read)(const json_t*)) const {
  if (std::holds_alternative<Abandoned>(result)) return Abandoned{};
  if (auto* none = std::get_if<NoAnswer>(&result)) {
    if (!none->temporary) return std::move(none->why);
    return Again{std::move(none->why.text), Clock::Duration::zero()};
  }
  const HttpAnswer& answer = std::get<HttpAnswer>(result);
  AnswerContent content = read_answer(answer, requests_.server());
  if (auto* failed = std::get_if<Failed>(&content)) {
    if (is_temporary(answer)) return Again{std::move(failed->text), answer.retry_after};
    return std::move(*failed);
  }
  if (auto* refused = std::get_if<Refused>(&content))
    return Failed{FailureKind::rejected, requests_.server().origin() + ": " + refused->text};
  try {
    Object object = read(std::get<api::Json>(content).get());
    if (object.id != id) return not_believed(requests_.server(), "the answer is about another request");
    if (is_pending(object)) return Again{};
    return object;
  } catch (const api::JsonError& error) {
    return not_believed(requests_.server(),
                        std::string("not the object that was asked for: ") + error.what());
  }
}

}  // namespace toopher::client
