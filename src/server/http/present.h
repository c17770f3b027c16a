// SPDX-License-Identifier: Apache-2.0
// Rows as the objects of the Toopher API v1.
#ifndef TOOPHER_SERVER_HTTP_PRESENT_H
#define TOOPHER_SERVER_HTTP_PRESENT_H

#include "api/objects.h"
#include "server/service/context.h"

namespace toopher::server {

api::User present(Context& context, const User& user);
api::Pairing present(Context& context, const Pairing& pairing);
api::UserTerminal present(Context& context, const Terminal& terminal);
api::OathOtpValidator present(const Validator& validator);
/// `with_number`: only the answer of initiate carries the number.
api::AuthenticationRequest present(Context& context, AuthenticationRequest request, bool with_number);

}  // namespace toopher::server

#endif
