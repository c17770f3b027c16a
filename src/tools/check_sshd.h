// SPDX-License-Identifier: Apache-2.0
// Whether sshd calls the module at all, and whether it can show its prompt.
#ifndef TOOPHER_TOOLS_CHECK_SSHD_H
#define TOOPHER_TOOLS_CHECK_SSHD_H

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tools/check_finding.h"
#include "tools/check_verdict.h"

namespace toopher::tools {

/// sshd_config(5) as `sshd -T` prints it: names in lower case.
using SshdSettings = std::map<std::string, std::string, std::less<>>;

[[nodiscard]] SshdSettings parse_sshd_settings(std::string_view text);

struct SshdCommand {
  std::string program;
  std::string config;  ///< "": its default
  std::string user;    ///< for Match blocks; "": none applies
};

/// Runs `sshd -T`. Nothing if it printed nothing.
[[nodiscard]] std::optional<SshdSettings> ask_sshd(const SshdCommand& command);

/// `verdict` is about sshd's stack; `push_timeout` is how long a login may wait for the phone. Returns whether a key
/// alone lets in.
bool judge_sshd(Findings& findings, const SshdSettings& settings, const StackVerdict& verdict,
                std::chrono::seconds push_timeout);

}  // namespace toopher::tools

#endif
