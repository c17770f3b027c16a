// SPDX-License-Identifier: Apache-2.0
// What a call of the Toopher API v1 gets, and the forms of its answer.
#ifndef TOOPHER_SERVER_HTTP_API_CALL_H
#define TOOPHER_SERVER_HTTP_API_CALL_H

#include <string>
#include <utility>

#include "api/json.h"
#include "server/http/answer.h"
#include "server/http/arguments.h"
#include "server/http/gateways.h"
#include "server/http/present.h"

namespace toopher::server {

/// One verified call, within its transaction.
struct ApiCall {
  Context& context;
  const Caller& caller;
  Arguments arguments;
  const std::string& id;  ///< what stands for `*` in the route
  const Gateways& gateways;
};

inline Answer answer_with(const api::Json& body) {
  return {200, api::dump(body.get())};
}

inline Answer answer_with(std::string json) {
  return {200, std::move(json)};
}

/// For calls without a result: an empty object suits the libraries of every language.
inline Answer answer_with_nothing() {
  return {200, "{}"};
}

inline Answer answer_with(ApiCall& call, const Pairing& pairing) {
  Answer answer = answer_with(api::to_json(present(call.context, pairing)));
  answer.settled = pairing.state != PairingState::pending;
  answer.changes_at = pairing.expires;
  return answer;
}

/// `with_number`: only the answer of initiate carries the number.
inline Answer answer_with(ApiCall& call, AuthenticationRequest request, bool with_number = false) {
  const bool settled = request.state != RequestState::pending;
  const Millis changes_at = request.expires;
  Answer answer = answer_with(api::to_json(present(call.context, std::move(request), with_number)));
  answer.settled = settled;
  answer.changes_at = changes_at;
  return answer;
}

inline Answer answer_with(ApiCall& call, const User& user) {
  return answer_with(api::to_json(present(call.context, user)));
}

}  // namespace toopher::server

#endif
