// SPDX-License-Identifier: Apache-2.0
// Errors of the Toopher API v1: an HTTP status of 400 or more with {"error_code", "error_message"}.
#ifndef TOOPHER_API_ERROR_H
#define TOOPHER_API_ERROR_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toopher::api {

struct ApiError {
  int http_status = 400;
  int code = 400;
  std::string message;
  std::int64_t enrol_until =
      0;  ///< with 705: hosts may let this person in until then, in seconds since 1970; 0: no
};

namespace error_code {
inline constexpr int kOAuth = 401;
inline constexpr int kForbidden = 403;
inline constexpr int kPairingNotAuthorized = 601;
inline constexpr int kUserDisabled = 704;
inline constexpr int kUnknownUser = 705;
inline constexpr int kUnknownTerminal = 706;
inline constexpr int kPairingDeactivated = 707;
inline constexpr int kOtpRequired = 708;
inline constexpr int kApprovalNeeded =
    1010;  ///< this project's: `authorization` is missing or does not count
inline constexpr int kWrongTokenCode = 1011;  ///< this project's: `otp` is not a code of `secret`
}  // namespace error_code

// The sentences that clients of all generations match by text.
[[nodiscard]] ApiError oauth_error();             ///< 401 "Not a valid OAuth signed request"
[[nodiscard]] ApiError pairing_not_authorized();  ///< 409, 601
[[nodiscard]] ApiError user_disabled();           ///< 409, 704
[[nodiscard]] ApiError unknown_user();            ///< 409, 705
[[nodiscard]] ApiError unknown_terminal();        ///< 409, 706
[[nodiscard]] ApiError pairing_deactivated();     ///< 409, 707
[[nodiscard]] ApiError unknown_phrase();  ///< 400 "No pending pairing requests with specified pairing_phrase"

/// The JSON body.
[[nodiscard]] std::string to_json(const ApiError& error);

/// Reads an answer with `http_status` >= 400; nothing if `body` is not such an error (a proxy's HTML page,
/// say).
[[nodiscard]] std::optional<ApiError> error_from_json(int http_status, std::string_view body);

}  // namespace toopher::api

#endif
