// SPDX-License-Identifier: Apache-2.0
// An answer as it goes over the wire.
#ifndef TOOPHER_SERVER_HTTP_RESPONSE_TEXT_H
#define TOOPHER_SERVER_HTTP_RESPONSE_TEXT_H

#include <string>

#include "server/http/message.h"

namespace toopher::server {

/// Status line, header and, unless `without_body` (the answer to a HEAD), the body. `close`: no further request may follow.
[[nodiscard]] std::string to_text(const Response& response, bool close, bool without_body);

/// The error of a request that could not be read (400, 408, 413, 431), or that there is no room for (429, 503).
[[nodiscard]] Response refusal(int status);

}  // namespace toopher::server

#endif
