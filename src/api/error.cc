// SPDX-License-Identifier: Apache-2.0
#include "api/error.h"

#include "api/json.h"
#include "api/json_writer.h"
#include "api/numbers.h"

namespace toopher::api {

ApiError oauth_error() {
  return {401, error_code::kOAuth, "Not a valid OAuth signed request"};
}

ApiError pairing_not_authorized() {
  return {409, error_code::kPairingNotAuthorized, "Pairing has not been authorized to authenticate."};
}

ApiError user_disabled() {
  return {409, error_code::kUserDisabled, "The specified user has disabled Toopher authentication."};
}

ApiError unknown_user() {
  return {409, error_code::kUnknownUser, "No matching user exists."};
}

ApiError unknown_terminal() {
  return {409, error_code::kUnknownTerminal, "No matching terminal exists."};
}

ApiError pairing_deactivated() {
  return {409, error_code::kPairingDeactivated, "Pairing has been deactivated."};
}

ApiError unknown_phrase() {
  return {400, 400, "No pending pairing requests with specified pairing_phrase"};
}

std::string to_json(const ApiError& error) {
  JsonWriter json;
  json.begin_object();
  json.member("error_code", error.code).member("error_message", error.message);
  if (error.enrol_until != 0) json.member("enrol_until", error.enrol_until);
  json.end_object();
  return std::move(json).take();
}

std::optional<ApiError> error_from_json(int http_status, std::string_view body) {
  if (http_status < 400) return std::nullopt;
  try {
    const Json object = parse_object(body);
    if (json_object_get(object.get(), "error_code") == nullptr) return std::nullopt;
    return ApiError{http_status, code_number(object.get(), "error_code"),
                    required_string(object.get(), "error_message")};
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

}  // namespace toopher::api
