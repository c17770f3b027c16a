// SPDX-License-Identifier: Apache-2.0
// The offline codes of one person on this host: single-use codes that count while no server can be reached.
#ifndef TOOPHER_OFFLINE_CODE_SET_H
#define TOOPHER_OFFLINE_CODE_SET_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace toopher::offline {

inline constexpr std::size_t kCodes = 10;
inline constexpr std::size_t kCodeDigits = 10;
/// So many wrong codes lock the set until the person logs in through the server.
inline constexpr unsigned kMaxWrong = 5;

/// What is kept: digests only. They share one salt, so that one run of scrypt (32 MiB, about 80 ms) tells whether a
/// typed code is any of them. A salt of its own for each code would slow a thief of the file down by the factor ten at
/// most, which a wrong guess would cost every login instead; who can read the file could change it anyway.
struct CodeSet {
  std::string user;                 ///< as the server knows the person
  std::string pairing_id;           ///< UUID; on whose word the codes stand
  std::int64_t confirmed = 0;       ///< when the server last vouched for that pairing; seconds since 1970
  unsigned wrong = 0;               ///< wrong codes since then
  std::string salt;                 ///< raw bytes
  std::vector<std::string> hashes;  ///< raw bytes, one for each code that was not used
};

struct NewCodes {
  CodeSet set;
  std::vector<Secret> codes;  ///< kCodeDigits digits each, no two alike
};

/// A full set with fresh codes. Throws CryptoError or std::system_error.
[[nodiscard]] NewCodes make_codes(const std::string& user, const std::string& pairing_id, std::int64_t now);

/// What scrypt makes of a code. Throws CryptoError.
[[nodiscard]] std::string hash_code(std::string_view digits, std::string_view salt);

/// Whether a code of the set may count now: the server vouched for the pairing at most `max_age` ago, not in the future (a
/// clock that was set back), some codes are left, and not too many were wrong.
[[nodiscard]] bool is_usable(const CodeSet& set, std::int64_t now, std::chrono::hours max_age);

/// The text of a file. The inverse takes exactly what to_text() writes, and nothing else.
[[nodiscard]] std::string to_text(const CodeSet& set);
[[nodiscard]] std::optional<CodeSet> from_text(std::string_view text);

}  // namespace toopher::offline

#endif
