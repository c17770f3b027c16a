// SPDX-License-Identifier: Apache-2.0
#include "server/http/reset_page.h"

#include "base/random.h"
#include "oauth/parameters.h"
#include "server/http/html.h"
#include "server/http/toopher_api.h"
#include "server/service/reset_links.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTitle = "Remove a paired phone";
constexpr const char* kNotGood =
    "<p>This link was used before, or its time is over. Ask whoever sent it for a new one.</p>";

Answer page(int status, const std::string& content) {
  return html_page(status, kTitle, content);
}

std::string form(const ResetPrompt& prompt, const std::string& pairing_id, const std::string& token) {
  std::string html = "<p>The phone that approves logins of <b>" + escaped(prompt.user) +
                     "</b> (asked for by " + escaped(prompt.requester) +
                     ") will be removed. Do this if it is lost or replaced; it can be paired again.</p>\n"
                     "<form method=\"post\" action=\"" +
                     std::string(kToopherApiPath) + "pairings/" + pairing_id +
                     "/reset\">"
                     "<input type=\"hidden\" name=\"reset_authorization\" value=\"" +
                     escaped(token) + "\">\n";
  if (!prompt.question.empty()) {
    html += "<p><label>" + escaped(prompt.question) +
            " <input name=\"security_answer\" autocomplete=\"off\" required></label></p>\n";
  }
  return html + "<p><button>Remove the phone</button></p></form>";
}

Answer show(Context& context, const std::string& pairing_id, const std::string& token,
            const std::string& before) {
  const auto prompt = reset_prompt(context, pairing_id, token);
  if (!prompt) return page(404, kNotGood);
  return page(before.empty() ? 200 : 403, before + form(*prompt, pairing_id, token));
}

Answer remove(Context& context, const std::string& pairing_id, const std::string& token,
              const std::string& answer) {
  switch (reset_by_link(context, pairing_id, token, answer)) {
    case ResetOutcome::done:
      return page(200, "<p>The phone was removed. It approves no logins any more.</p>");
    case ResetOutcome::wrong_answer:
      return show(context, pairing_id, token, "<p>This answer is wrong.</p>\n");
    case ResetOutcome::not_good:
      break;
  }
  return page(404, kNotGood);
}

std::string text_of(const std::optional<oauth::Parameters>& parameters, std::string_view name) {
  const std::string* value = parameters ? oauth::find(*parameters, name) : nullptr;
  return value != nullptr ? *value : std::string();
}

}  // namespace

std::string pairing_of_reset_page(std::string_view path) {
  constexpr std::string_view kBefore = "pairings/";
  constexpr std::string_view kBehind = "/reset";
  if (!path.starts_with(kBefore)) return {};
  path.remove_prefix(kBefore.size());
  if (!path.ends_with(kBehind)) return {};
  path.remove_suffix(kBehind.size());
  return is_uuid(path) ? std::string(path) : std::string();
}

Answer answer_reset_page(Context& context, const Request& request, const std::string& pairing_id) {
  constexpr std::string_view kToken = "reset_authorization";
  if (request.method == "POST") {
    const auto form = oauth::parse_form(request.body);
    return remove(context, pairing_id, text_of(form, kToken), text_of(form, "security_answer"));
  }
  return show(context, pairing_id, text_of(oauth::parse_form(request.query()), kToken), "");
}

}  // namespace toopher::server
