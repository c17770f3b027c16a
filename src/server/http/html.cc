// SPDX-License-Identifier: Apache-2.0
#include "server/http/html.h"

namespace toopher::server {

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

Answer html_page(int status, std::string_view title, std::string_view content) {
  const std::string shown = escaped(title);
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" "
      "content=\"noindex\"><title>" +
      shown + "</title></head>\n<body><h1>" + shown + "</h1>\n";
  html.append(content).append("\n</body></html>\n");
  Answer answer{status, std::move(html)};
  answer.content_type = "text/html; charset=utf-8";
  answer.headers = {{"Content-Security-Policy",
                     "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
                    {"Referrer-Policy", "no-referrer"}};
  return answer;
}

}  // namespace toopher::server
