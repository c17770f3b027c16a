// SPDX-License-Identifier: Apache-2.0
// What an HTTP answer says: the object a call asked for, a refusal of the Toopher API, or nothing to believe.
#ifndef TOOPHER_CLIENT_ANSWER_H
#define TOOPHER_CLIENT_ANSWER_H

#include <optional>
#include <variant>

#include "api/json.h"
#include "client/base_url.h"
#include "client/examination.h"
#include "client/http.h"
#include "client/result.h"

namespace toopher::client {

using AnswerContent = std::variant<Failed, Refused, api::Json>;

/// Judges status, media type and JSON. Never throws for anything a server sent.
[[nodiscard]] AnswerContent read_answer(const HttpAnswer& answer, const BaseUrl& server);

/// Reads the array that `GET users` answers into `found`; why it is not to be believed, or nothing.
[[nodiscard]] std::optional<Failed> read_users(const HttpAnswer& answer, const BaseUrl& server,
                                               Examination& found);

/// Whether the server can tell a repeated initiate from a second one (`client_request_id` among the words of
/// Toopher-Features).
[[nodiscard]] bool knows_client_request_id(const HttpAnswer& answer);

inline constexpr long kServerError = 500;  ///< and above: the server has a problem

/// No answer for now, or 5xx: another instance of the server may do better.
[[nodiscard]] bool is_out_of_order(const HttpResult& result);

/// 5xx and 429: asking again later may help.
[[nodiscard]] bool is_temporary(const HttpAnswer& answer);

}  // namespace toopher::client

#endif
