// SPDX-License-Identifier: Apache-2.0
// HOTP (RFC 4226) and TOTP (RFC 6238).
#ifndef TOOPHER_OTP_OTP_H
#define TOOPHER_OTP_OTP_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "crypto/hash.h"

namespace toopher::otp {

/// How codes of one seed are made. The defaults are those of a pairing.
struct Scheme {
  crypto::Digest digest = crypto::Digest::sha1;
  unsigned digits = 6;         ///< 6 to 8 (10 is not produced)
  unsigned step_seconds = 30;  ///< X of RFC 6238 section 4.1; T0 is 0
};

/// RFC 4226 section 5.3, padded with zeros to `digits`.
[[nodiscard]] Secret hotp(const Secret& seed, std::uint64_t counter, const Scheme& scheme = {});

/// T of RFC 6238 section 4.2; `unix_seconds` >= 0.
[[nodiscard]] std::uint64_t time_step(std::int64_t unix_seconds, const Scheme& scheme = {});

[[nodiscard]] Secret totp(const Secret& seed, std::int64_t unix_seconds, const Scheme& scheme = {});

/// Seconds until the code of `unix_seconds` is replaced by the next: 1 to step_seconds.
[[nodiscard]] unsigned seconds_left(std::int64_t unix_seconds, const Scheme& scheme = {});

/// The time step within now ± `window` steps whose code is `code`, looking at the current step first; nothing
/// if none. Every step is computed and compared in constant time. Whether the step was used before is the
/// caller's to decide (RFC 6238 section 5.2: a step is accepted once).
[[nodiscard]] std::optional<std::uint64_t> matching_step(const Secret& seed, std::string_view code,
                                                         std::int64_t unix_seconds, unsigned window = 1,
                                                         const Scheme& scheme = {});

/// The first counter from `first` on, `window` further ones included, whose code is `code`; nothing if none (RFC 4226
/// section 7.4). Every counter is computed and compared in constant time.
[[nodiscard]] std::optional<std::uint64_t> matching_counter(const Secret& seed, std::string_view code,
                                                            std::uint64_t first, std::uint64_t window,
                                                            const Scheme& scheme = {});

/// The counter of the last of `codes` where they follow each other, and the first of them has a counter of `first` to
/// `last`; nothing if there is no such place, or fewer than two codes. For resynchronisation (RFC 4226 appendix E.4).
[[nodiscard]] std::optional<std::uint64_t> end_of_sequence(const Secret& seed,
                                                           const std::vector<std::string_view>& codes,
                                                           std::uint64_t first, std::uint64_t last,
                                                           const Scheme& scheme = {});

}  // namespace toopher::otp

#endif
