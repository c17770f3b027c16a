// SPDX-License-Identifier: Apache-2.0
// Voluntary Application Server Identification (RFC 8292): who sends is told to the push service by a signed token.
#ifndef TOOPHER_WEBPUSH_VAPID_H
#define TOOPHER_WEBPUSH_VAPID_H

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/keys.h"

namespace toopher::webpush {

/// Whether a push service's operator could reach somebody there: `mailto:ADDRESS`, or `https://HOST…`. Plain ASCII only.
[[nodiscard]] bool is_contact(std::string_view text);

/// The value of the header Authorization (RFC 8292 section 3): a token for `audience`, an origin, until `expires` (seconds
/// since 1970, at most 24 hours ahead), signed by `key`. `contact` fulfils is_contact(). Throws crypto::CryptoError.
[[nodiscard]] std::string authorization(const crypto::PrivateKey& key, std::string_view audience,
                                        std::string_view contact, std::int64_t expires);

}  // namespace toopher::webpush

#endif
