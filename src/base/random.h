// SPDX-License-Identifier: Apache-2.0
// Randomness of the kernel.
#ifndef TOOPHER_BASE_RANDOM_H
#define TOOPHER_BASE_RANDOM_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher {

/// `size` bytes of getrandom(2); throws std::system_error when the kernel gives none.
Secret random_bytes(std::size_t size);

/// Uniform in [0, bound); bound > 0.
std::uint32_t random_below(std::uint32_t bound);

/// A version 4 UUID (RFC 4122 section 4.4), lower case with dashes.
std::string random_uuid();

/// A version 7 UUID (RFC 9562 section 5.7), lower case with dashes: the milliseconds since 1970, then 74 random bits. Ids of
/// one time are neighbours in an index that orders them.
std::string time_ordered_uuid(std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// Whether `text` has the form of a UUID with dashes, of any version.
[[nodiscard]] bool is_uuid(std::string_view text);

}  // namespace toopher

#endif
