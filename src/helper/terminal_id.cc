// SPDX-License-Identifier: Apache-2.0
#include "helper/terminal_id.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/text.h"
#include "base/unique_fd.h"
#include "crypto/hash.h"

namespace toopher::helper {
namespace {

constexpr std::size_t kDigits = 32;

/// /dev/pts/3 is pts, tty1 is tty: which of them it is differs each time.
std::string_view kind_of(std::string_view tty) {
  if (tty.starts_with("/dev/")) tty.remove_prefix(5);
  return tty.substr(0, tty.find_last_not_of("0123456789/") + 1);
}

}  // namespace

std::string terminal_id_of(const Message& login, const std::string& machine_id, bool verified) {
  std::string all = "toopher-terminal-v1";
  for (const std::string_view part :
       {std::string_view(machine_id), std::string_view(verified ? "system" : "program"), login.get("host"),
        login.get("service"), login.get("rhost"), kind_of(login.get("tty"))})
    all += ":" + std::to_string(part.size()) + ":" + std::string(part);
  return hex_encode(crypto::sha256(all)).substr(0, kDigits);
}

std::string read_machine_id() {
  std::array<char, 64> text{};
  const UniqueFd file(::open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const ssize_t length = file ? ::read(file.get(), text.data(), text.size()) : 0;
  return length <= 0 ? std::string() : std::string(trim({text.data(), static_cast<std::size_t>(length)}));
}

}  // namespace toopher::helper
