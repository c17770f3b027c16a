// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace toopher {

namespace {

constexpr std::size_t kUuidBytes = 16;

/// Version and variant take the place of six bits (RFC 9562 section 4).
std::string uuid_of(Secret bytes, int version) {
  constexpr std::size_t kVersionAt = 6;
  constexpr std::size_t kVariantAt = 8;
  char* const raw = bytes.data();
  raw[kVersionAt] = static_cast<char>((raw[kVersionAt] & 0x0F) | version << 4);
  raw[kVariantAt] = static_cast<char>((raw[kVariantAt] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes.view());
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace

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
  return uuid_of(random_bytes(kUuidBytes), 4);
}

std::string time_ordered_uuid(std::chrono::system_clock::time_point now) {
  constexpr std::size_t kTimeBytes = 6;
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  auto left = static_cast<std::uint64_t>(since.count());
  Secret bytes = random_bytes(kUuidBytes);
  for (std::size_t i = kTimeBytes; i-- > 0; left >>= 8U) bytes.data()[i] = static_cast<char>(left & 0xFFU);
  return uuid_of(std::move(bytes), 7);
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
