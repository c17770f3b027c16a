// SPDX-License-Identifier: Apache-2.0
#include "pam/log_line.h"

#include <syslog.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace toopher::pam {
namespace {

std::string quotable(std::string_view text) {
  std::string plain = sanitize_for_display(text, 1000);
  std::replace(plain.begin(), plain.end(), '"', '\'');
  return plain;
}

int priority(Verdict verdict, bool let_in) {
  if (verdict == Verdict::misconfigured) return LOG_ERR;
  if (let_in || verdict == Verdict::unreachable || verdict == Verdict::server_fault) return LOG_WARNING;
  return verdict == Verdict::granted ? LOG_INFO : LOG_NOTICE;
}

}  // namespace

void log_outcome(const Handle& handle, const AttemptKey& key, const config::Options& options,
                 const std::string& asked, const Outcome& outcome) {
  const bool chatter = outcome.verdict == Verdict::exempt || outcome.verdict == Verdict::remembered;
  if (chatter && !options.debug) return;
  const bool let_in = outcome.verdict != Verdict::granted && grants(outcome.verdict, options.failure_policy);
  std::string line = "outcome=" + std::string(name_of(outcome.verdict));
  const auto field = [&line](const char* name, std::string_view value) {
    if (!value.empty()) line += std::string(" ") + name + "=" + escape_for_log(value);
  };
  field("factor", name_of(outcome.method));
  field("user", key.user);
  field("asked", asked);
  field("service", key.service);
  field("rhost", handle.item(PAM_RHOST));
  field("ruser", key.ruser);
  field("request", outcome.request_id);
  if (let_in) line += " policy=allow";
  if (!outcome.detail.empty()) line += " detail=\"" + quotable(outcome.detail) + "\"";
  handle.log(priority(outcome.verdict, let_in), line);
}

}  // namespace toopher::pam
