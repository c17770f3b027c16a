// SPDX-License-Identifier: Apache-2.0
// Objects of the Toopher API v1. Writing gives every field that any generation of client libraries reads,
// with the type it expects; reading requires only what every server sends, so that other Toopher servers work
// too.
#ifndef TOOPHER_API_OBJECTS_H
#define TOOPHER_API_OBJECTS_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/json.h"
#include "api/json_writer.h"

namespace toopher::api {

struct User {
  std::string id;  ///< UUID
  std::string name;
  bool toopher_authentication_enabled = true;
  int recovery_codes_left = 0;  ///< number_of_pregenerated_otps_remaining
  std::int64_t created = 0;     ///< seconds since 1970, as everywhere below
  std::int64_t modified = 0;
};

struct UserTerminal {
  std::string id;
  std::string name;
  std::string requester_specified_id;  ///< "" if none; also sent as name_extra
  User user;
  std::int64_t created = 0;
  std::int64_t modified = 0;
};

struct Action {
  std::string id;
  std::string name;
  std::int64_t created = 0;
  std::int64_t modified = 0;
};

/// The phone of a pairing.
struct Authenticator {
  std::string id;
  std::string name;
  std::string key_fingerprint;  ///< this project's: what a person compares with the phone's screen
  std::int64_t created = 0;
};

struct Pairing {
  std::string id;
  bool enabled = false;  ///< the phone allowed it
  bool pending = true;   ///< the phone has not answered; denied = neither pending nor enabled
  bool deactivated = false;
  User user;
  int reason_code = 0;
  std::string reason;
  std::optional<Authenticator> authenticator;  ///< nothing while no phone has joined
  std::int64_t created = 0;
  std::int64_t modified = 0;
};

struct OathOtpValidator {
  std::string id;
  std::string requester_specified_id;
  bool event_based = false;  ///< hotp; else totp
  int otp_digits = 6;
  std::string algorithm;
  int totp_step_size = 30;
  std::int64_t hotp_event_counter = 0;  ///< the next one; 0 for totp
  std::int64_t created = 0;
  std::int64_t modified = 0;
};

struct AuthenticationRequest {
  std::string id;
  bool pending = true;
  bool granted = false;
  bool automated = false;  ///< answered by a rule, not by a person
  bool cancelled = false;
  bool totp_valid = false;  ///< granted by a one-time code
  bool automation_allowed = true;
  int reason_code = 0;  ///< api/reason.h
  std::string reason;   ///< for people; never null
  UserTerminal terminal;
  User user;
  Action action;
  std::string pairing_id;
  std::string number;  ///< number matching: digits to show beside the login; only in the answer of initiate
  std::int64_t created = 0;
  std::int64_t modified = 0;
};

void write(JsonWriter& json, const User& user);
void write(JsonWriter& json, const UserTerminal& terminal);
void write(JsonWriter& json, const Action& action);
void write(JsonWriter& json, const Authenticator& authenticator);
void write(JsonWriter& json, const Pairing& pairing);
void write(JsonWriter& json, const OathOtpValidator& validator);
void write(JsonWriter& json, const AuthenticationRequest& request);

/// The text of one of them.
template <typename Object>
[[nodiscard]] std::string to_json(const Object& object) {
  JsonWriter json;
  write(json, object);
  return std::move(json).take();
}

/// Throw JsonError. Required: pairing id, enabled, user; `pending` defaults to false where enabled is true
/// and to true otherwise (generation 1.0 servers).
[[nodiscard]] Pairing pairing_from_json(const json_t* object);
/// Required: id, pending, granted, with a UUID as id; reason_code may be a number or a numeric text. A
/// request that is both pending and granted is an error: nothing may be read from it.
[[nodiscard]] AuthenticationRequest authentication_request_from_json(const json_t* object);

/// `YYYY-MM-DD HH:MM:SS`, UTC. Throws std::out_of_range beyond the years 0 to 9999.
[[nodiscard]] std::string api_time(std::int64_t unix_seconds);

}  // namespace toopher::api

#endif
