// SPDX-License-Identifier: Apache-2.0
#include "helper/activation.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "base/text.h"

namespace toopher::helper {
namespace {

/// SD_LISTEN_FDS_START
constexpr int kFirstPassed = 3;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool socket_was_passed() {
  return variable("LISTEN_PID") == std::to_string(::getpid()) && variable("LISTEN_FDS") == "1";
}

int option_of(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

Start how_started() {
  if (socket_was_passed() && ::dup2(kFirstPassed, STDIN_FILENO) != STDIN_FILENO) return Start::neither;
  if (option_of(STDIN_FILENO, SO_TYPE) != SOCK_STREAM || option_of(STDIN_FILENO, SO_DOMAIN) != AF_UNIX)
    return Start::neither;
  return option_of(STDIN_FILENO, SO_ACCEPTCONN) == 1 ? Start::activated : Start::spawned;
}

std::string passed_credentials() {
  const std::string_view directory = variable("CREDENTIALS_DIRECTORY");
  return directory.empty() ? std::string() : std::string(directory) + "/credentials";
}

}  // namespace toopher::helper
