// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.h"

#include <cstdint>

namespace toopher::crypto {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Digits of `bits` each, the last one filled with zero bits.
std::string encode(std::string_view bytes, std::string_view alphabet, unsigned bits) {
  const std::uint32_t mask = (1U << bits) - 1;
  std::string out;
  out.reserve((bytes.size() * 8 + bits - 1) / bits + 3);
  std::uint32_t pending = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= bits; count -= bits) out += alphabet[(pending >> (count - bits)) & mask];
  }
  if (count > 0) out += alphabet[(pending << (bits - count)) & mask];
  return out;
}

/// Unpadded base64 in `alphabet`; nothing for a foreign character, an impossible length or unused bits that
/// are set.
std::optional<std::string> decode64(std::string_view text, std::string_view alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    pending = (pending << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((pending >> count) & 0xFF);
    }
  }
  if ((pending & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out = encode(bytes, kBase64, 6);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && !text.empty() && text.back() == '='; ++padding) text.remove_suffix(1);
  return decode64(text, kBase64);
}

std::string base64url_encode(std::string_view bytes) {
  return encode(bytes, kBase64Url, 6);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode64(text, kBase64Url);
}

std::string base32_encode(std::string_view bytes) {
  return encode(bytes, kBase32, 5);
}

}  // namespace toopher::crypto
