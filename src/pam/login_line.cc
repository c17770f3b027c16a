// SPDX-License-Identifier: Apache-2.0
#include "pam/login_line.h"

#include <unistd.h>

#include <array>

#include "pam/misconfigured.h"
#include "pam/shown.h"
#include "pam/sudo_command.h"

namespace toopher::pam {
namespace {

/// Bytes. Percent-encoded, all of them together stay below the limit of the helper's line.
constexpr std::size_t kMaxName = 255;  // a user's, or a host's
constexpr std::size_t kMaxWord = 64;   // a service's, a terminal's; this host's has no more

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

}  // namespace

helper::Message login_line(const Handle& handle, const AttemptKey& key, const config::Options& options,
                           const Account& account, const std::string& asked) {
  const std::string host = host_name();
  const std::string rhost = handle.item(PAM_RHOST);
  helper::Message login(helper::verb::kLogin);
  const auto set = [&](std::string_view field, std::string_view value, std::size_t max_bytes) {
    login.set(field, value.substr(0, max_bytes));
  };
  const std::string user = config::expand_user_name(options.user_name, asked, host);
  // Cut off, it might be another person's.
  if (user.size() > kMaxName)
    throw Misconfigured("the user's name for the server is too long; see user-name");
  login.set("user", user);
  set("action", key.service, kMaxWord);
  set("terminal", rhost.empty() ? host : rhost, kMaxName);
  set("host", host, kMaxWord);
  set("service", key.service, kMaxWord);
  set("rhost", rhost, kMaxName);
  set("tty", handle.item(PAM_TTY), kMaxWord);
  set("ruser", key.ruser, kMaxName);
  if (!is_sudo(key.service)) {
    set("target", account.name,
        kMaxName);  // sudo logs in to the caller's account, to run something as another
  } else if (options.show_command) {
    const ShownCommand shown = shown_command();
    login.set("command", shown.command).set("target", shown.target).set("directory", shown.directory);
  }
  if (options.may_be_automated()) login.set("automation", "1");
  return login;
}

}  // namespace toopher::pam
