// SPDX-License-Identifier: Apache-2.0
// The page behind a reset link: a form without scripts. Looking at it changes nothing, because mail scanners follow links;
// only its button does.
#ifndef TOOPHER_SERVER_HTTP_RESET_PAGE_H
#define TOOPHER_SERVER_HTTP_RESET_PAGE_H

#include <string>
#include <string_view>

#include "server/http/answer.h"
#include "server/http/message.h"
#include "server/service/context.h"

namespace toopher::server {

/// The pairing's id if `path`, below /v1/, is that of such a page, else "".
std::string pairing_of_reset_page(std::string_view path);

/// GET shows the form, POST removes the pairing. A page also where the link is not good.
Answer answer_reset_page(Context& context, const Request& request, const std::string& pairing_id);

}  // namespace toopher::server

#endif
