// SPDX-License-Identifier: Apache-2.0
#include "client/answer.h"

#include <algorithm>
#include <optional>

#include "api/error.h"
#include "base/text.h"

namespace toopher::client {
namespace {

constexpr long kTooManyRequests = 429;

/// RFC 9110 section 8.3.1: parameters such as charset may follow.
bool is_json(const HttpAnswer& answer) {
  const std::string_view type =
      std::string_view(answer.content_type).substr(0, answer.content_type.find(';'));
  return to_lower_ascii(trim(type)) == "application/json";
}

std::optional<RefusalKind> refusal_of(const api::ApiError& error) {
  switch (error.code) {
    case api::error_code::kPairingNotAuthorized:
      return RefusalKind::not_authorized;
    case api::error_code::kUserDisabled:
      return RefusalKind::disabled;
    case api::error_code::kUnknownUser:
      return RefusalKind::unpaired;
    case api::error_code::kPairingDeactivated:
      return RefusalKind::deactivated;
    case api::error_code::kOtpRequired:
      return RefusalKind::code_required;
    case api::error_code::kApprovalNeeded:
      return RefusalKind::approval_needed;
    case api::error_code::kWrongTokenCode:
      return RefusalKind::wrong_token_code;
    default:
      break;
  }
  // The published API gives a wrong phrase no code of its own; clients know it by this sentence.
  const bool phrase = to_lower_ascii(error.message).find("no pending pairing request") != std::string::npos;
  return phrase ? std::optional(RefusalKind::phrase) : std::nullopt;
}

std::string status_text(const HttpAnswer& answer) {
  return "HTTP status " + std::to_string(answer.status);
}

AnswerContent client_error(const HttpAnswer& answer, const std::string& prefix) {
  std::optional<api::ApiError> error;
  if (is_json(answer)) error = api::error_from_json(static_cast<int>(answer.status), answer.body);
  const std::string said = error ? ": " + sanitize_for_display(error->message) : std::string();
  // Whoever does not know the requester has no word about its users either: unpaired may let in.
  if (answer.status == 401)
    return Failed{FailureKind::credentials,
                  prefix + "does not accept the requester's key, secret or time (401)" + said};
  if (error)
    if (const auto kind = refusal_of(*error)) return Refused{*kind, error->message};
  if (!error && answer.status != kTooManyRequests)
    return Failed{FailureKind::protocol, prefix + status_text(answer) +
                                             " without an error of the Toopher API; " + "is base-url right?"};
  if (answer.status == 403)
    return Failed{FailureKind::forbidden, prefix + "this requester may not do that (403)" + said};
  return Failed{FailureKind::rejected, prefix + "refused the call, " + status_text(answer) + said};
}

AnswerContent content(const HttpAnswer& answer, const std::string& prefix) {
  if (!is_json(answer))
    return Failed{FailureKind::protocol,
                  prefix + "the answer is not JSON but " +
                      (answer.content_type.empty() ? std::string("of no stated type")
                                                   : sanitize_for_display(answer.content_type, 60)) +
                      "; is base-url right?"};
  try {
    return api::parse_object(answer.body);
  } catch (const api::JsonError& error) {
    return Failed{FailureKind::protocol, prefix + "the answer is not a JSON object: " + error.what()};
  }
}

}  // namespace

AnswerContent read_answer(const HttpAnswer& answer, const BaseUrl& server) {
  const std::string prefix = server.origin() + ": ";
  if (answer.status >= 500 && answer.status <= 599)
    return Failed{FailureKind::unreachable, prefix + "the server has a problem, " + status_text(answer)};
  if (answer.status >= 400 && answer.status <= 499) return client_error(answer, prefix);
  if (answer.status >= 300 && answer.status <= 399)
    return Failed{
        FailureKind::protocol,
        prefix + status_text(answer) + ": redirects are not followed; set base-url to the final address"};
  if (answer.status < 200 || answer.status > 299)
    return Failed{FailureKind::protocol, prefix + "answered with " + status_text(answer)};
  return content(answer, prefix);
}

std::optional<Failed> read_users(const HttpAnswer& answer, const BaseUrl& server, Examination& found) {
  if (answer.status != 200) {
    const AnswerContent content = read_answer(answer, server);
    if (const auto* failed = std::get_if<Failed>(&content)) return *failed;
  }
  const api::Json list(
      answer.body.empty() || !is_json(answer)
          ? nullptr
          : json_loadb(answer.body.data(), answer.body.size(), JSON_REJECT_DUPLICATES, nullptr));
  if (answer.status != 200 || !json_is_array(list.get()))
    return Failed{FailureKind::protocol,
                  server.origin() + ": the answer is not a list of users; is base-url right?"};
  const json_t* const user = json_array_get(list.get(), 0);
  found.user_known = json_is_object(user);
  found.user_enabled = json_is_true(json_object_get(user, "toopher_authentication_enabled"));
  return std::nullopt;
}

bool knows_client_request_id(const HttpAnswer& answer) {
  std::string_view rest = answer.features;
  while (!rest.empty()) {
    const auto end = std::min(rest.find_first_of(" ,"), rest.size());
    if (rest.substr(0, end) == "client_request_id") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool is_out_of_order(const HttpResult& result) {
  if (const auto* answer = std::get_if<HttpAnswer>(&result)) return answer->status >= kServerError;
  const auto* none = std::get_if<NoAnswer>(&result);
  return none != nullptr && none->temporary;
}

bool is_temporary(const HttpAnswer& answer) {
  return answer.status == kTooManyRequests || (answer.status >= 500 && answer.status <= 599);
}

}  // namespace toopher::client
