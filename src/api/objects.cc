// SPDX-License-Identifier: Apache-2.0
#include "api/objects.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "api/numbers.h"
#include "base/random.h"

namespace toopher::api {
namespace {

constexpr int kTotpLength = 6;

void set(const Json& object, const char* name, std::string_view text) {
  set_member(object, name, json_text(text));
}
void set(const Json& object, const char* name, std::int64_t number) {
  set_member(object, name, Json(json_integer(number)));
}
void set_flag(const Json& object, const char* name, bool flag) {
  set_member(object, name, Json(json_boolean(flag)));
}

Json new_object() {
  Json object(json_object());
  if (!object) throw std::bad_alloc();
  return object;
}

void set_times(const Json& object, std::int64_t created, std::int64_t modified) {
  set(object, "created", api_time(created));
  set(object, "modified", api_time(modified));
  set(object, "created_seconds_since_epoch", created);
}

/// A member that may be missing, but not be something else.
const json_t* optional_object(const json_t* object, const char* name) {
  return json_object_get(object, name) == nullptr ? nullptr : required_object(object, name);
}

std::string required_uuid(const json_t* object, const char* name) {
  std::string id = required_string(object, name);
  if (!is_uuid(id)) throw JsonError(std::string("`") + name + "` is not a UUID");
  return id;
}

/// What is shown beside the login: digits, or "" where no number is asked for.
std::string optional_number(const json_t* object) {
  constexpr std::size_t kLongestNumber = 10;
  std::string number = optional_string(object, "number");
  const bool digits = std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || number.size() > kLongestNumber) throw JsonError("`number` is not a text of digits");
  return number;
}

User user_from_json(const json_t* object) {
  User user;
  user.id = required_string(object, "id");
  user.name = required_string(object, "name");
  const bool disabled = optional_bool(object, "disable_toopher_auth", false);
  user.toopher_authentication_enabled = optional_bool(object, "toopher_authentication_enabled", !disabled);
  return user;
}

UserTerminal terminal_from_json(const json_t* object) {
  UserTerminal terminal;
  terminal.id = required_string(object, "id");
  terminal.name = required_string(object, "name");
  terminal.requester_specified_id =
      optional_string(object, "requester_specified_id", optional_string(object, "name_extra"));
  if (const json_t* user = optional_object(object, "user")) terminal.user = user_from_json(user);
  return terminal;
}

Action action_from_json(const json_t* object) {
  Action action;
  action.id = required_string(object, "id");
  action.name = required_string(object, "name");
  return action;
}

Authenticator authenticator_from_json(const json_t* object) {
  return {optional_string(object, "id"), optional_string(object, "name"),
          optional_string(object, "key_fingerprint"), 0};
}

}  // namespace

Json to_json(const User& user) {
  Json object = new_object();
  set(object, "id", user.id);
  set(object, "name", user.name);
  set_flag(object, "toopher_authentication_enabled", user.toopher_authentication_enabled);
  set_flag(object, "disable_toopher_auth", !user.toopher_authentication_enabled);
  set(object, "number_of_pregenerated_otps_remaining", std::int64_t{user.recovery_codes_left});
  set_times(object, user.created, user.modified);
  return object;
}

Json to_json(const UserTerminal& terminal) {
  Json object = new_object();
  set(object, "id", terminal.id);
  set(object, "name", terminal.name);
  set(object, "requester_specified_id", terminal.requester_specified_id);
  set(object, "name_extra", terminal.requester_specified_id);
  set_member(object, "user", to_json(terminal.user));
  set_times(object, terminal.created, terminal.modified);
  return object;
}

Json to_json(const Action& action) {
  Json object = new_object();
  set(object, "id", action.id);
  set(object, "name", action.name);
  set_times(object, action.created, action.modified);
  return object;
}

Json to_json(const Authenticator& authenticator) {
  Json object = new_object();
  set(object, "id", authenticator.id);
  set(object, "name", authenticator.name);
  set(object, "key_fingerprint", authenticator.key_fingerprint);
  set_times(object, authenticator.created, authenticator.created);
  return object;
}

Json to_json(const Pairing& pairing) {
  Json object = new_object();
  set(object, "id", pairing.id);
  set_flag(object, "enabled", pairing.enabled);
  set_flag(object, "pending", pairing.pending);
  set_flag(object, "deactivated", pairing.deactivated);
  set_member(object, "user", to_json(pairing.user));
  set(object, "totp_length", kTotpLength);
  set(object, "reason", pairing.reason);
  set(object, "reason_code", pairing.reason_code);
  if (pairing.authenticator) set_member(object, "authenticator", to_json(*pairing.authenticator));
  set_times(object, pairing.created, pairing.modified);
  return object;
}

Json to_json(const OathOtpValidator& validator) {
  Json object = new_object();
  set(object, "id", validator.id);
  set(object, "requester_specified_id", validator.requester_specified_id);
  set(object, "otp_type", validator.event_based ? "hotp" : "totp");
  set(object, "otp_digits", validator.otp_digits);
  set(object, "algorithm", validator.algorithm);
  set(object, "totp_step_size", validator.totp_step_size);
  set(object, "hotp_event_counter", validator.hotp_event_counter);
  set_times(object, validator.created, validator.modified);
  return object;
}

Json to_json(const AuthenticationRequest& request) {
  Json object = new_object();
  set(object, "id", request.id);
  set_flag(object, "pending", request.pending);
  set_flag(object, "granted", request.granted);
  set_flag(object, "automated", request.automated);
  set_flag(object, "cancelled", request.cancelled);
  set_flag(object, "totp_valid", request.totp_valid);
  set_flag(object, "automation_allowed", request.automation_allowed);
  set(object, "reason", request.reason);
  set(object, "reason_code", request.reason_code);
  set_member(object, "terminal", to_json(request.terminal));
  set_member(object, "user", to_json(request.user));
  set_member(object, "action", to_json(request.action));
  set(object, "pairing_id", request.pairing_id);
  if (!request.number.empty()) set(object, "number", request.number);
  set_times(object, request.created, request.modified);
  return object;
}

Pairing pairing_from_json(const json_t* object) {
  Pairing pairing;
  pairing.id = required_uuid(object, "id");
  pairing.enabled = required_bool(object, "enabled");
  pairing.pending = optional_bool(object, "pending", !pairing.enabled);
  pairing.deactivated = optional_bool(object, "deactivated", false);
  pairing.user = user_from_json(required_object(object, "user"));
  pairing.reason = optional_string(object, "reason");
  pairing.reason_code = code_number(object, "reason_code");
  if (const json_t* authenticator = optional_object(object, "authenticator"))
    pairing.authenticator = authenticator_from_json(authenticator);
  pairing.created = optional_integer(object, "created_seconds_since_epoch", 0);
  return pairing;
}

AuthenticationRequest authentication_request_from_json(const json_t* object) {
  AuthenticationRequest request;
  request.id = required_uuid(object, "id");
  request.pending = required_bool(object, "pending");
  request.granted = required_bool(object, "granted");
  if (request.pending && request.granted) throw JsonError("a request cannot be pending and granted");
  request.automated = optional_bool(object, "automated", false);
  request.cancelled = optional_bool(object, "cancelled", false);
  request.totp_valid = optional_bool(object, "totp_valid", false);
  request.reason = optional_string(object, "reason");
  request.reason_code = code_number(object, "reason_code");
  if (const json_t* terminal = optional_object(object, "terminal"))
    request.terminal = terminal_from_json(terminal);
  if (const json_t* user = optional_object(object, "user")) request.user = user_from_json(user);
  if (const json_t* action = optional_object(object, "action")) request.action = action_from_json(action);
  request.pairing_id = optional_string(object, "pairing_id");
  request.number = optional_number(object);
  request.created = optional_integer(object, "created_seconds_since_epoch", 0);
  return request;
}

std::string api_time(std::int64_t unix_seconds) {
  // By hand, because an answer has a dozen of them and strftime(3) costs as much as the rest of its JSON.
  constexpr std::int64_t kFirst = -62167219200;  // of the year 0
  constexpr std::int64_t kLast = 253402300799;   // of the year 9999
  if (unix_seconds < kFirst || unix_seconds > kLast)
    throw std::out_of_range("a time of no year of four digits");
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_seconds)};
  const year_month_day date(floor<days>(time));
  const hh_mm_ss clock(time - floor<days>(time));
  const auto pair = [](char* at, unsigned value) {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
  };
  std::string text = "0000-00-00 00:00:00";
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  pair(&text[0], year / 100);
  pair(&text[2], year % 100);
  pair(&text[5], static_cast<unsigned>(date.month()));
  pair(&text[8], static_cast<unsigned>(date.day()));
  pair(&text[11], static_cast<unsigned>(clock.hours().count()));
  pair(&text[14], static_cast<unsigned>(clock.minutes().count()));
  pair(&text[17], static_cast<unsigned>(clock.seconds().count()));
  return text;
}

}  // namespace toopher::api
