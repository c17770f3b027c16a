// SPDX-License-Identifier: Apache-2.0
#include "tools/check_sshd.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include "base/spawn.h"
#include "base/text.h"

namespace toopher::tools {
namespace {

constexpr std::size_t kMaxOutput = 1 << 20;  // bytes
constexpr const char* kKeyFirst = "AuthenticationMethods publickey,keyboard-interactive";

std::string read_to_end(int socket) {
  std::string text;
  std::array<char, 4096> bytes{};
  while (text.size() < kMaxOutput) {
    const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (got <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return text;
}

/// One alternative of AuthenticationMethods.
using Methods = std::vector<std::string>;

class Sshd {
 public:
  explicit Sshd(const SshdSettings& settings) : settings_(settings) {}

  [[nodiscard]] std::string value(std::string_view name) const {
    const auto found = settings_.find(name);
    return found == settings_.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool on(std::string_view name) const { return value(name) == "yes"; }
  [[nodiscard]] bool prompts() const { return on("kbdinteractiveauthentication"); }
  [[nodiscard]] bool passwords() const { return on("passwordauthentication"); }
  [[nodiscard]] bool any_method() const { return methods_value() == "any"; }

  /// What may lead to a login, one after the other.
  [[nodiscard]] std::vector<Methods> alternatives() const {
    std::vector<Methods> result;
    if (!any_method()) {
      const std::string methods_of_each = methods_value();
      for (const std::string_view list : split(methods_of_each, ' ')) {
        Methods methods;
        for (const std::string_view method : split(list, ','))
          methods.emplace_back(method.substr(0, method.find(':')));
        if (!list.empty()) result.push_back(std::move(methods));
      }
      return result;
    }
    if (on("pubkeyauthentication")) result.push_back({"publickey"});
    if (on("hostbasedauthentication")) result.push_back({"hostbased"});
    if (on("gssapiauthentication")) result.push_back({"gssapi-with-mic"});
    if (passwords()) result.push_back({"password"});
    if (prompts()) result.push_back({"keyboard-interactive"});
    return result;
  }

 private:
  [[nodiscard]] std::string methods_value() const {
    const std::string methods = value("authenticationmethods");
    return methods.empty() ? "any" : methods;
  }

  const SshdSettings& settings_;
};

bool has(const Methods& methods, std::string_view name) {
  return std::find(methods.begin(), methods.end(), name) != methods.end();
}

std::string joined(const Methods& methods) {
  std::string text;
  for (const std::string& method : methods) text += (text.empty() ? "" : ",") + method;
  return text;
}

/// Seconds, or with the suffix s, m or h; 0 if there is no limit.
std::chrono::seconds grace_time(const std::string& value) {
  return std::chrono::seconds(parse_decimal(value, 86'400).value_or(0));
}

void check_alternative(Findings& findings, const Sshd& sshd, const Methods& methods,
                       const StackVerdict& verdict) {
  const bool by_prompt = has(methods, "keyboard-interactive");
  const bool by_password = has(methods, "password");
  if (!by_prompt && !by_password) {
    findings.warning(
        Area::sshd,
        joined(methods) + " alone lets in without a second factor: sshd calls no auth step for it",
        std::string(kKeyFirst) + (sshd.any_method() ? "" : ", if that is not meant"));
  } else if (!by_prompt && sshd.prompts()) {
    findings.warning(
        Area::sshd,
        "with the method \"" + joined(methods) +
            "\" no prompt can be shown: a push without a number, and no code can be typed; whoever has "
            "a password may choose it",
        "Leave the password to keyboard-interactive: PasswordAuthentication no");
  }
  const bool alone = by_prompt && methods.size() == 1;
  if (alone && !verdict.has_password && verdict.exempt_need_nothing)
    findings.error(
        Area::sshd,
        "the stack of sshd asks for no password, and keyboard-interactive alone leads to a login: exempt and "
        "unpaired users get in over the network with nothing at all",
        std::string(kKeyFirst) + ", or \"auth required pam_unix.so\" above the module");
}

}  // namespace

SshdSettings parse_sshd_settings(std::string_view text) {
  SshdSettings settings;
  for (const std::string_view line : split(text, '\n')) {
    const auto blank = std::min(line.find(' '), line.size());
    if (blank > 0)
      settings.emplace(to_lower_ascii(line.substr(0, blank)), std::string(trim(line.substr(blank))));
  }
  return settings;
}

std::optional<SshdSettings> ask_sshd(const SshdCommand& command) {
  std::vector<std::string> arguments{command.program, "-T"};
  if (!command.config.empty()) arguments.insert(arguments.end(), {"-f", command.config});
  if (!command.user.empty())
    arguments.insert(arguments.end(), {"-C", "user=" + command.user + ",host=localhost,addr=127.0.0.1"});
  try {
    const Spawned sshd =
        spawn_with_socket(command.program, arguments, {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"});
    const SshdSettings settings = parse_sshd_settings(read_to_end(sshd.socket.get()));
    return settings.empty() ? std::nullopt : std::optional(settings);
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

bool judge_sshd(Findings& findings, const SshdSettings& settings, const StackVerdict& verdict,
                std::chrono::seconds push_timeout) {
  const Sshd sshd(settings);
  const bool reached = sshd.on("usepam") && (sshd.prompts() || sshd.passwords());
  if (!sshd.on("usepam"))
    findings.error(Area::sshd, "UsePAM is off: the module is never called", "UsePAM yes");
  else if (!reached)
    findings.error(
        Area::sshd,
        "KbdInteractiveAuthentication and PasswordAuthentication are both off: the module is never called",
        std::string("KbdInteractiveAuthentication yes, and ") + kKeyFirst);
  else if (!sshd.prompts())
    findings.warning(
        Area::sshd,
        "KbdInteractiveAuthentication is off, as Debian ships it: the module can show no prompt, so people "
        "get a push without a number and cannot type a code",
        "KbdInteractiveAuthentication yes");
  else
    findings.ok(Area::sshd, "UsePAM and KbdInteractiveAuthentication are on");
  bool key_alone = false;
  for (const Methods& methods : sshd.alternatives()) {
    if (reached) check_alternative(findings, sshd, methods, verdict);
    key_alone = key_alone || (methods.size() == 1 && has(methods, "publickey"));
  }
  const auto grace = grace_time(sshd.value("logingracetime"));
  if (reached && grace.count() > 0 && grace < push_timeout + std::chrono::seconds(15))
    findings.warning(Area::sshd,
                     "LoginGraceTime (" + std::to_string(grace.count()) +
                         " s) leaves no time for a code after push-timeout (" +
                         std::to_string(push_timeout.count()) + " s)",
                     "LoginGraceTime 120, or a shorter push-timeout");
  return key_alone;
}

}  // namespace toopher::tools
