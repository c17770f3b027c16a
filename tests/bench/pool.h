// SPDX-License-Identifier: Apache-2.0
// The people of the server's benches: number i always has the same name, device and code seed, so that the program that
// writes them into the database and the one that logs them in need not talk.
#ifndef TOOPHER_BENCH_POOL_H
#define TOOPHER_BENCH_POOL_H

#include <cstddef>
#include <string>

#include "base/secret.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace toopher::bench {

inline constexpr const char* kTerminal = "workstation.example.org";
inline constexpr const char* kTerminalExtra = "4f2b8c1e9d7a4c53a0e6b1d8f3c2a597";
inline constexpr const char* kAction = "log in";

inline std::string user_name(std::size_t i) {
  return "user" + std::to_string(i);
}

/// A UUID as random as the server's own.
inline std::string id_of(const std::string& what, std::size_t i) {
  constexpr std::size_t kSize = 16;
  std::string bytes = crypto::sha256(what + std::to_string(i)).substr(0, kSize);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes);
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

inline std::string device_id(std::size_t i) {
  return id_of("device", i);
}
inline std::string pairing_id(std::size_t i) {
  return id_of("pairing", i);
}

inline Secret seed_of(std::size_t i) {
  constexpr std::size_t kSize = 20;
  return Secret(crypto::sha256("seed" + std::to_string(i)).substr(0, kSize));
}

}  // namespace toopher::bench

#endif
