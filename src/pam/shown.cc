// SPDX-License-Identifier: Apache-2.0
#include "pam/shown.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/unique_fd.h"
#include "base/visible.h"
#include "pam/sudo_command.h"

namespace toopher::pam {
namespace {

constexpr std::size_t kMaxCommand = 800;  // bytes, as are all
constexpr std::size_t kMaxDirectory = 200;
constexpr std::size_t kMaxTarget = 64;
constexpr std::size_t kMaxArguments = 8'388'608;  // the kernel's limit for argv is 6 MiB
constexpr const char* kUnreadable = "(cannot be told: /proc/self is not readable)";

/// Empty if it cannot be read.
std::string read_arguments() {
  const UniqueFd file = open_existing("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  std::string text;
  std::array<char, 4096> chunk{};
  while (file && text.size() < kMaxArguments) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {};
    if (got == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  if (text.ends_with('\0')) text.pop_back();
  return text;
}

std::string working_directory() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink("/proc/self/cwd", path.data(), path.size());
  if (length <= 0) return kUnreadable;
  return quote_word({path.data(), static_cast<std::size_t>(length)});
}

}  // namespace

ShownCommand shown_command() {
  const std::string arguments = read_arguments();
  if (arguments.empty()) return {kUnreadable, "", working_directory()};
  const SudoCommand sudo = read_sudo_command(split(arguments, '\0'));
  const std::string directory = sudo.directory.empty() ? working_directory() : quote_word(sudo.directory);
  return {shorten(sudo.command, kMaxCommand), shorten(sudo.target, kMaxTarget),
          shorten(directory, kMaxDirectory)};
}

bool replaces_prompts() {
  const std::string arguments = read_arguments();
  return read_sudo_command(split(arguments, '\0')).own_prompt;
}

}  // namespace toopher::pam
