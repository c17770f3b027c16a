// SPDX-License-Identifier: Apache-2.0
// Messages to people: to whom they may go, and the errands that hand them to the operator's programs.
#ifndef TOOPHER_SERVER_HTTP_MESSAGES_H
#define TOOPHER_SERVER_HTTP_MESSAGES_H

#include <functional>
#include <string>
#include <string_view>

#include "server/http/answer.h"
#include "server/service/context.h"

namespace toopher::server {

/// Digits, with a `+` in front where the country is known, as E.164 has them; blanks, hyphens, dots and brackets between
/// them are left out. `country` is a country's calling code, or empty. Throws Refused (400).
std::string telephone_number(std::string_view number, std::string_view country);

/// One address, and nothing that a mail program could take for something else. Throws Refused (400).
std::string mail_address(std::string_view address);

/// Throws Refused (403) with `message` if there is no such program.
void require_gateway(const std::string& command, std::string_view message);

/// Throws Refused (429) when this requester sent too many messages, or too many went to this number or address.
void count_message(Context& context, const Caller& caller, std::string_view to);

/// Runs `command` with a number and a text that holds `link`. The result is `body` with status 200, or 503.
std::function<Answer()> sending_text(const std::string& command, const std::string& number,
                                     const std::string& requester, const Secret& link, std::string body);

/// Runs `command` with an address and a subject; its input holds `link`. The result has status 201, or 503.
std::function<Answer()> sending_mail(const std::string& command, const std::string& address,
                                     const std::string& requester, const Secret& link);

}  // namespace toopher::server

#endif
