// SPDX-License-Identifier: Apache-2.0
#include "api/objects.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include "api/numbers.h"
#include "base/random.h"

namespace toopher::api {
namespace {

constexpr int kTotpLength = 6;

/// Year, month, day, hour, minute and second in UTC.
constexpr std::string_view kTimeForm = "0000-00-00 00:00:00";
using TimeText = std::array<char, kTimeForm.size()>;

std::string_view view(const TimeText& text) {
  return {text.data(), text.size()};
}

TimeText time_text(std::int64_t unix_seconds) {
  // By hand, because an answer has a dozen of them and strftime(3) costs as much as the rest of its JSON.
  constexpr std::int64_t kFirst = -62167219200;  // of the year 0
  constexpr std::int64_t kLast = 253402300799;   // of the year 9999
  if (unix_seconds < kFirst || unix_seconds > kLast)
    throw std::out_of_range("a time of no year of four digits");
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_seconds)};
  const year_month_day date(floor<days>(time));
  const hh_mm_ss clock(time - floor<days>(time));
  TimeText text{};
  kTimeForm.copy(text.data(), text.size());
  const auto pair = [&text](std::size_t at, unsigned value) {
    text[at] = static_cast<char>('0' + value / 10);
    text[at + 1] = static_cast<char>('0' + value % 10);
  };
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  pair(0, year / 100);
  pair(2, year % 100);
  pair(5, static_cast<unsigned>(date.month()));
  pair(8, static_cast<unsigned>(date.day()));
  pair(11, static_cast<unsigned>(clock.hours().count()));
  pair(14, static_cast<unsigned>(clock.minutes().count()));
  pair(17, static_cast<unsigned>(clock.seconds().count()));
  return text;
}

void write_times(JsonWriter& json, std::int64_t created, std::int64_t modified) {
  const TimeText text = time_text(created);
  json.member("created", view(text));
  json.member("modified", view(modified == created ? text : time_text(modified)));
  json.member("created_seconds_since_epoch", created);
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

void write(JsonWriter& json, const User& user) {
  json.begin_object();
  json.member("id", user.id);
  json.member("name", user.name);
  json.member("toopher_authentication_enabled", user.toopher_authentication_enabled);
  json.member("disable_toopher_auth", !user.toopher_authentication_enabled);
  json.member("number_of_pregenerated_otps_remaining", user.recovery_codes_left);
  write_times(json, user.created, user.modified);
  json.end_object();
}

void write(JsonWriter& json, const UserTerminal& terminal) {
  json.begin_object();
  json.member("id", terminal.id);
  json.member("name", terminal.name);
  json.member("requester_specified_id", terminal.requester_specified_id);
  json.member("name_extra", terminal.requester_specified_id);
  write(json.name("user"), terminal.user);
  write_times(json, terminal.created, terminal.modified);
  json.end_object();
}

void write(JsonWriter& json, const Action& action) {
  json.begin_object();
  json.member("id", action.id);
  json.member("name", action.name);
  write_times(json, action.created, action.modified);
  json.end_object();
}

void write(JsonWriter& json, const Authenticator& authenticator) {
  json.begin_object();
  json.member("id", authenticator.id);
  json.member("name", authenticator.name);
  json.member("key_fingerprint", authenticator.key_fingerprint);
  write_times(json, authenticator.created, authenticator.created);
  json.end_object();
}

void write(JsonWriter& json, const Pairing& pairing) {
  json.begin_object();
  json.member("id", pairing.id);
  json.member("enabled", pairing.enabled);
  json.member("pending", pairing.pending);
  json.member("deactivated", pairing.deactivated);
  write(json.name("user"), pairing.user);
  json.member("totp_length", kTotpLength);
  json.member("reason", pairing.reason);
  json.member("reason_code", pairing.reason_code);
  if (pairing.authenticator) write(json.name("authenticator"), *pairing.authenticator);
  write_times(json, pairing.created, pairing.modified);
  json.end_object();
}

void write(JsonWriter& json, const OathOtpValidator& validator) {
  json.begin_object();
  json.member("id", validator.id);
  json.member("requester_specified_id", validator.requester_specified_id);
  json.member("otp_type", validator.event_based ? "hotp" : "totp");
  json.member("otp_digits", validator.otp_digits);
  json.member("algorithm", validator.algorithm);
  json.member("totp_step_size", validator.totp_step_size);
  json.member("hotp_event_counter", validator.hotp_event_counter);
  write_times(json, validator.created, validator.modified);
  json.end_object();
}

void write(JsonWriter& json, const AuthenticationRequest& request) {
  json.begin_object();
  json.member("id", request.id);
  json.member("pending", request.pending);
  json.member("granted", request.granted);
  json.member("automated", request.automated);
  json.member("cancelled", request.cancelled);
  json.member("totp_valid", request.totp_valid);
  json.member("automation_allowed", request.automation_allowed);
  json.member("reason", request.reason);
  json.member("reason_code", request.reason_code);
  write(json.name("terminal"), request.terminal);
  write(json.name("user"), request.user);
  write(json.name("action"), request.action);
  json.member("pairing_id", request.pairing_id);
  if (!request.number.empty()) json.member("number", request.number);
  write_times(json, request.created, request.modified);
  json.end_object();
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
  return std::string(view(time_text(unix_seconds)));
}

}  // namespace toopher::api
