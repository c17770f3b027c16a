// SPDX-License-Identifier: Apache-2.0
// Pages for people: without scripts, styles or pictures, and not to be framed.
#ifndef TOOPHER_SERVER_HTTP_HTML_H
#define TOOPHER_SERVER_HTTP_HTML_H

#include <string>
#include <string_view>

#include "server/http/answer.h"

namespace toopher::server {

/// Fit for text and for values in quotation marks.
std::string escaped(std::string_view text);

/// `title` is plain text, `content` HTML. Its policy (Content-Security-Policy) lets a browser load and run nothing; forms
/// go to this server only.
Answer html_page(int status, std::string_view title, std::string_view content);

}  // namespace toopher::server

#endif
