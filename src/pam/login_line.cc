// SPDX-License-Identifier: Apache-2.0
#include "pam/login_line.h"

#include <unistd.h>

#include <array>

#include "pam/misconfigured.h"

namespace toopher::pam {
namespace {

constexpr std::size_t kMaxField = 255;  // keeps the helper's line far below its limit

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

}  // namespace

helper::Message login_line(const Handle& handle, const AttemptKey& key, const config::Options& options,
                           const std::string& asked) {
  const std::string host = host_name();
  const std::string rhost = handle.item(PAM_RHOST);
  helper::Message login(helper::verb::kLogin);
  const auto set = [&](std::string_view field, std::string_view value) {
    login.set(field, value.substr(0, kMaxField));
  };
  const std::string user = config::expand_user_name(options.user_name, asked, host);
  // Cut off, it might be another person's.
  if (user.size() > kMaxField)
    throw Misconfigured("the user's name for the server is too long; see user-name");
  set("user", user);
  set("action", key.service);
  set("terminal", rhost.empty() ? host : rhost);
  set("host", host);
  set("service", key.service);
  set("rhost", rhost);
  set("tty", handle.item(PAM_TTY));
  set("ruser", key.ruser);
  if (options.automation_allowed) set("automation", "1");
  return login;
}

}  // namespace toopher::pam
