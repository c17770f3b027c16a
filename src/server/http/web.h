// SPDX-License-Identifier: Apache-2.0
// Serves the phone's app: `/`, which is also what a pairing link opens, and the files that it names.
#ifndef TOOPHER_SERVER_HTTP_WEB_H
#define TOOPHER_SERVER_HTTP_WEB_H

#include <optional>

#include "server/http/message.h"

namespace toopher::server {

/// The answer to a GET or HEAD for a file of the app; nothing for anything else.
[[nodiscard]] std::optional<Response> web_answer(const Request& request);

}  // namespace toopher::server

#endif
