// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/text.h"

namespace toopher {

Secret random_bytes(std::size_t size) {
  Secret bytes = Secret::zeroed(size);
  for (std::size_t filled = 0; filled < size;) {
    const ssize_t got = ::getrandom(bytes.data() + filled, size - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::uint32_t random_below(std::uint32_t bound) {
  // Values below 2^32 mod bound would make the first results likelier.
  const std::uint32_t unfair = (0U - bound) % bound;
  for (;;) {
    const Secret bytes = random_bytes(sizeof(std::uint32_t));
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.view().data(), sizeof value);
    if (value >= unfair) return value % bound;
  }
}

std::string random_uuid() {
  Secret bytes = random_bytes(16);
  bytes.data()[6] = static_cast<char>((bytes.data()[6] & 0x0F) | 0x40);
  bytes.data()[8] = static_cast<char>((bytes.data()[8] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes.view());
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (kForm[i] == '-' ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace toopher
