// SPDX-License-Identifier: Apache-2.0
#include "tools/authenticator_api.h"

#include <cstdlib>
#include <ctime>

#include "api/error.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "device/call_signature.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

constexpr const char* kBase = "/authenticator/v1/";
constexpr std::chrono::seconds kTimeout{20};
/// What a held answer may take longer than the server promised.
constexpr std::chrono::seconds kGrace{10};
/// From here on a server refuses the calls of this device (docs/authenticator-api.md).
constexpr std::int64_t kRefusedClockError = 300;
constexpr std::int64_t kEndOfTime = std::int64_t{1} << 40;

std::int64_t now() {
  return static_cast<std::int64_t>(std::time(nullptr));
}

void set_text(const api::Json& object, const char* name, std::string_view value) {
  json_object_set_new(object.get(), name, api::json_text(value).release());
}

const json_t* required_array(const json_t* object, const char* name) {
  const json_t* const array = json_object_get(object, name);
  if (!json_is_array(array)) throw api::JsonError(std::string("\"") + name + "\" is not a list");
  return array;
}

std::string required_uuid(const json_t* object, const char* name) {
  std::string id = api::required_string(object, name);
  if (!is_uuid(id)) throw api::JsonError(std::string("\"") + name + "\" is not a UUID");
  return id;
}

/// A name as text, or the `name` of an object, as the Toopher API v1 has them.
std::string name_of(const json_t* object, const char* name) {
  const json_t* const value = json_object_get(object, name);
  return json_is_object(value) ? api::required_string(value, "name") : api::required_string(object, name);
}

PendingPairing pending_pairing_from(const json_t* object) {
  return {required_uuid(object, "id"), api::required_string(object, "shown")};
}

PendingRequest pending_request_from(const json_t* object) {
  return {required_uuid(object, "id"), required_uuid(object, "pairing_id"),
          api::required_string(object, "shown"), api::optional_integer(object, "others_pending", 0),
          api::optional_integer(object, "remember_days_max", 0)};
}

ServerRule server_rule_from(const json_t* object) {
  return {required_uuid(object, "id"),
          api::required_string(object, "user"),
          api::required_string(object, "requester"),
          api::required_string(object, "terminal"),
          api::required_string(object, "action"),
          api::optional_integer(object, "expires", 0)};
}

ServerPairing server_pairing_from(const json_t* object) {
  return {required_uuid(object, "id"), name_of(object, "user"), name_of(object, "requester"),
          api::required_bool(object, "enabled"), api::optional_bool(object, "deactivated", false)};
}

/// An opaque value; servers may count with a number.
std::string version_from(const json_t* object) {
  const json_t* const version = json_object_get(object, "version");
  return json_is_integer(version) ? std::to_string(json_integer_value(version))
                                  : api::required_string(object, "version");
}

Pending pending_from(const json_t* object) {
  Pending pending;
  pending.version = version_from(object);
  const json_t* const pairings = required_array(object, "pairings");
  for (std::size_t i = 0; i < json_array_size(pairings); ++i)
    pending.pairings.push_back(pending_pairing_from(json_array_get(pairings, i)));
  const json_t* const requests = required_array(object, "requests");
  for (std::size_t i = 0; i < json_array_size(requests); ++i)
    pending.requests.push_back(pending_request_from(json_array_get(requests, i)));
  return pending;
}

std::string pending_path(const std::string& since, std::chrono::seconds hold) {
  if (since.empty()) return "pending";
  return "pending?wait=" + std::to_string(hold.count()) + "&since=" + percent_encode(since);
}

}  // namespace

AuthenticatorApi::AuthenticatorApi(const Origin& origin, const std::string& ca_file, std::string device,
                                   const crypto::PrivateKey& key)
    : origin_(origin), device_(std::move(device)), key_(key), http_(origin, ca_file) {}

std::string AuthenticatorApi::register_device(const std::string& name,
                                              const crypto::PrivateKey& agreement_key) {
  const api::Json body(json_object());
  set_text(body, "name", name);
  set_text(body, "platform", "terminal");
  set_text(body, "signing_key", crypto::base64url_encode(key_.public_point()));
  set_text(body, "agreement_key", crypto::base64url_encode(agreement_key.public_point()));
  device_ = required_uuid(call("POST", "devices", body.get()).get(), "device_id");
  return device_;
}

Phrase AuthenticatorApi::new_phrase() {
  const api::Json body(json_object());
  const api::Json answer = call("POST", "phrases", body.get());
  return {api::required_string(answer.get(), "phrase"),
          std::chrono::seconds(api::optional_integer(answer.get(), "expires_in", 600))};
}

std::string AuthenticatorApi::join(const device::EnrolmentLink& link,
                                   const crypto::PrivateKey& agreement_key) {
  const std::string signing_point = key_.public_point();
  const std::string agreement_point = agreement_key.public_point();
  const device::EnrolmentKeys keys{origin_.text(), link.pairing_id, signing_point, agreement_point};
  const api::Json body(json_object());
  set_text(body, "proof", crypto::base64url_encode(device::device_proof(link.secret, keys)));
  const api::Json answer = call("POST", "enrolments/" + link.pairing_id, body.get());
  const auto point = crypto::base64url_decode(api::required_string(answer.get(), "server_key"));
  const auto proof = crypto::base64url_decode(api::required_string(answer.get(), "proof"));
  if (!point || !proof || !equal_in_constant_time(device::server_proof(link.secret, keys, *point), *proof))
    throw Failure(
        origin_.text() +
        " does not know the secret of this link. Somebody may stand between this device and the server: "
        "nothing was paired. Tell your administrator.");
  return *point;
}

Pending AuthenticatorApi::pending(const std::string& since, std::chrono::seconds hold) {
  start_pending(since, hold);
  for (;;)
    if (std::optional<Pending> pending = wait_pending({}, HttpClient::Milliseconds(60000)))
      return std::move(*pending);
}

void AuthenticatorApi::start_pending(const std::string& since, std::chrono::seconds hold) {
  http_.start(signed_call("GET", pending_path(since, hold), nullptr, hold + kGrace));
}

std::optional<Pending> AuthenticatorApi::wait_pending(const std::vector<int>& descriptors,
                                                      HttpClient::Milliseconds at_most) {
  const std::optional<HttpAnswer> answer = http_.wait(descriptors, at_most);
  if (!answer) return std::nullopt;
  const api::Json object = accept(*answer);
  try {
    return pending_from(object.get());
  } catch (const api::JsonError& error) {
    throw Failure(origin_.text() + " sent a list that cannot be read: " + error.what());
  }
}

ServerPairing AuthenticatorApi::answer_pairing(const PendingPairing& pairing, device::Choice choice) {
  const api::Json body(json_object());
  set_text(body, "choice", device::to_text(choice));
  set_text(body, "signature", decision_signature(pairing.id, pairing.shown, choice, ""));
  ServerPairing answer = server_pairing_from(call("POST", "pairings/" + pairing.id, body.get()).get());
  if (answer.id != pairing.id) throw Failure(origin_.text() + " answered for another pairing");
  return answer;
}

std::vector<ServerPairing> AuthenticatorApi::pairings() {
  const api::Json answer = call("GET", "pairings", nullptr);
  const json_t* const list = required_array(answer.get(), "pairings");
  std::vector<ServerPairing> pairings;
  for (std::size_t i = 0; i < json_array_size(list); ++i)
    pairings.push_back(server_pairing_from(json_array_get(list, i)));
  return pairings;
}

Decided AuthenticatorApi::decide(const PendingRequest& request, device::Choice choice,
                                 const std::string& number, int remember_days) {
  const api::Json body(json_object());
  set_text(body, "choice", device::to_text(choice));
  set_text(body, "number", number);
  if (remember_days != 0) api::set_member(body, "remember_days", api::Json(json_integer(remember_days)));
  set_text(body, "signature",
           decision_signature(request.pairing_id, request.shown, choice, number, remember_days));
  const api::Json answer = call("POST", "requests/" + request.id + "/decision", body.get());
  if (api::required_string(answer.get(), "id") != request.id)
    throw Failure(origin_.text() + " answered for another request");
  return {api::required_bool(answer.get(), "granted"), api::optional_integer(answer.get(), "reason_code", 0),
          sanitize_for_display(api::optional_string(answer.get(), "reason"))};
}

std::string AuthenticatorApi::decision_signature(std::string_view pairing_id, std::string_view shown,
                                                 device::Choice choice, std::string_view number,
                                                 int remember_days) const {
  return crypto::base64url_encode(
      key_.sign(device::decision_bytes(origin_.text(), pairing_id, shown, choice, number, remember_days)));
}

std::vector<ServerRule> AuthenticatorApi::rules() {
  const api::Json answer = call("GET", "rules", nullptr);
  const json_t* const list = required_array(answer.get(), "rules");
  std::vector<ServerRule> rules;
  for (std::size_t i = 0; i < json_array_size(list); ++i)
    rules.push_back(server_rule_from(json_array_get(list, i)));
  return rules;
}

void AuthenticatorApi::remove_rule(const std::string& id) {
  const api::Json body(json_object());
  (void)call("POST", "rules/" + id + "/remove", body.get());
}

HttpCall AuthenticatorApi::signed_call(std::string_view method, const std::string& path, const json_t* body,
                                       std::chrono::seconds timeout) const {
  HttpCall call;
  call.method = method;
  call.target = kBase + path;
  if (body != nullptr) call.body = api::dump(body);
  call.authorization =
      device::authorize_call({call.method, call.target, call.body}, origin_.text(), device_, now(), key_);
  call.timeout = timeout;
  return call;
}

api::Json AuthenticatorApi::call(std::string_view method, const std::string& path, const json_t* body) {
  http_.start(signed_call(method, path, body, kTimeout));
  for (;;)
    if (const std::optional<HttpAnswer> answer = http_.wait({}, HttpClient::Milliseconds(60000)))
      return accept(*answer);
}

api::Json AuthenticatorApi::accept(const HttpAnswer& answer) {
  if (answer.status >= 500)
    throw Unreachable(origin_.text() + " has a problem of its own (HTTP status " +
                      std::to_string(answer.status) + ").");
  if (answer.status >= 400) refuse(answer);
  if (answer.status < 200 || answer.status >= 300)
    throw Failure(origin_.text() + " answered with HTTP status " + std::to_string(answer.status) +
                  "; is this the address of a Toopher server?");
  try {
    api::Json object = api::parse_object(answer.body);
    note_server_time(object.get());
    return object;
  } catch (const api::JsonError& error) {
    throw Failure(origin_.text() + " does not answer like a Toopher server: " + error.what());
  }
}

void AuthenticatorApi::refuse(const HttpAnswer& answer) {
  const std::optional<api::ApiError> error = api::error_from_json(answer.status, answer.body);
  if (!error)
    throw Refused(answer.status, origin_.text() + " answered with HTTP status " +
                                     std::to_string(answer.status) +
                                     "; is this the address of a Toopher server?");
  if (answer.status != 401) throw Refused(answer.status, sanitize_for_display(error->message));
  note_server_time(api::parse_object(answer.body).get());
  const std::int64_t clock = clock_error_.value_or(0);
  if (std::abs(clock) >= kRefusedClockError)
    throw Refused(401, "The clock of this machine is " + std::to_string(std::abs(clock)) + " seconds " +
                           (clock < 0 ? "behind" : "ahead of") + " the server's: set it and try again.");
  throw Refused(401, origin_.text() + " does not accept this device (" +
                         sanitize_for_display(error->message) +
                         "). If it was removed there, pair again with a new --state directory.");
}

void AuthenticatorApi::note_server_time(const json_t* object) {
  const std::int64_t time = api::optional_integer(object, "server_time", 0);
  if (time > 0 && time < kEndOfTime) clock_error_ = now() - time;
}

std::int64_t AuthenticatorApi::server_now() const {
  return now() - clock_error_.value_or(0);
}

}  // namespace toopher::tools
