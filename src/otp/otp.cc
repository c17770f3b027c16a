// SPDX-License-Identifier: Apache-2.0
#include "otp/otp.h"

#include <algorithm>
#include <array>
#include <deque>
#include <stdexcept>

namespace toopher::otp {
namespace {

std::array<char, 8> big_endian(std::uint64_t value) {
  std::array<char, 8> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  return bytes;
}

/// The 31 bits of RFC 4226 section 5.3, step 2.
std::uint32_t dynamic_truncation(std::string_view mac) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(mac[i]));
  };
  const std::size_t offset = byte(mac.size() - 1) & 0x0F;
  return ((byte(offset) & 0x7F) << 24) | (byte(offset + 1) << 16) | (byte(offset + 2) << 8) |
         byte(offset + 3);
}

}  // namespace

Secret hotp(const Secret& seed, std::uint64_t counter, const Scheme& scheme) {
  if (scheme.digits < 6 || scheme.digits > 8)
    throw std::invalid_argument("a one-time code has 6 to 8 digits");
  const auto message = big_endian(counter);
  std::string mac = crypto::hmac(scheme.digest, seed.view(), {message.data(), message.size()});
  std::uint32_t value = dynamic_truncation(mac);
  wipe(mac);
  Secret code = Secret::zeroed(scheme.digits);
  for (std::size_t i = scheme.digits; i-- > 0; value /= 10)
    code.data()[i] = static_cast<char>('0' + value % 10);
  return code;
}

std::uint64_t time_step(std::int64_t unix_seconds, const Scheme& scheme) {
  if (unix_seconds < 0 || scheme.step_seconds == 0) throw std::invalid_argument("no time step before 1970");
  return static_cast<std::uint64_t>(unix_seconds) / scheme.step_seconds;
}

Secret totp(const Secret& seed, std::int64_t unix_seconds, const Scheme& scheme) {
  return hotp(seed, time_step(unix_seconds, scheme), scheme);
}

unsigned seconds_left(std::int64_t unix_seconds, const Scheme& scheme) {
  const std::uint64_t next = (time_step(unix_seconds, scheme) + 1) * scheme.step_seconds;
  return static_cast<unsigned>(next - static_cast<std::uint64_t>(unix_seconds));
}

std::optional<std::uint64_t> matching_step(const Secret& seed, std::string_view code,
                                           std::int64_t unix_seconds, unsigned window, const Scheme& scheme) {
  const std::uint64_t now = time_step(unix_seconds, scheme);
  std::optional<std::uint64_t> found;
  const auto try_step = [&](std::uint64_t step) {
    if (hotp(seed, step, scheme).equals(code) && !found) found = step;
  };
  try_step(now);
  for (std::uint64_t distance = 1; distance <= window; ++distance) {
    if (now >= distance) try_step(now - distance);
    try_step(now + distance);
  }
  return found;
}

std::optional<std::uint64_t> matching_counter(const Secret& seed, std::string_view code, std::uint64_t first,
                                              std::uint64_t window, const Scheme& scheme) {
  std::optional<std::uint64_t> found;
  for (std::uint64_t ahead = 0; ahead <= window; ++ahead) {
    if (hotp(seed, first + ahead, scheme).equals(code) && !found) found = first + ahead;
  }
  return found;
}

std::optional<std::uint64_t> end_of_sequence(const Secret& seed, const std::vector<std::string_view>& codes,
                                             std::uint64_t first, std::uint64_t last, const Scheme& scheme) {
  if (codes.size() < 2) return std::nullopt;
  std::deque<Secret> latest;
  const std::uint64_t end = last + codes.size() - 1;
  for (std::uint64_t counter = first; counter <= end; ++counter) {
    latest.push_back(hotp(seed, counter, scheme));
    if (latest.size() > codes.size()) latest.pop_front();
    const bool same =
        latest.size() == codes.size() &&
        std::equal(latest.begin(), latest.end(), codes.begin(),
                   [](const Secret& code, std::string_view typed) { return code.equals(typed); });
    if (same) return counter;
  }
  return std::nullopt;
}

}  // namespace toopher::otp
