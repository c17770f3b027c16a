// SPDX-License-Identifier: Apache-2.0
// Base64 of RFC 4648: section 4 for OAuth, section 5 without padding for keys and signatures; base32 for
// otpauth URIs.
#ifndef TOOPHER_CRYPTO_ENCODING_H
#define TOOPHER_CRYPTO_ENCODING_H

#include <optional>
#include <string>
#include <string_view>

namespace toopher::crypto {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Strict: canonical padding, no blanks; nothing otherwise.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

[[nodiscard]] std::string base64url_encode(std::string_view bytes);
/// Strict: no padding, no blanks, unused bits zero; nothing otherwise.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// Without padding, upper case (RFC 4648 section 6).
[[nodiscard]] std::string base32_encode(std::string_view bytes);

}  // namespace toopher::crypto

#endif
