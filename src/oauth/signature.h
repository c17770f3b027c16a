// SPDX-License-Identifier: Apache-2.0
// RFC 5849 section 3.4: what is signed, and HMAC-SHA1 over it.
#ifndef TOOPHER_OAUTH_SIGNATURE_H
#define TOOPHER_OAUTH_SIGNATURE_H

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "oauth/parameters.h"

namespace toopher::oauth {

/// A requester's consumer key (public) and secret.
struct Credentials {
  std::string consumer_key;
  Secret consumer_secret;
};

/// Section 3.4.1.2: scheme and host in lower case, default ports (80, 443) left out, no query, no fragment;
/// an empty path becomes `/`. `url` is absolute.
[[nodiscard]] std::string base_string_uri(std::string_view url);

/// Section 3.4.1: `method` & base string URI & sorted parameters. `parameters` are query, form and oauth_*
/// without oauth_signature and realm, as one or several lists.
[[nodiscard]] std::string signature_base_string(std::string_view method, std::string_view url,
                                                std::initializer_list<std::span<const Parameter>> parameters);

/// Section 3.4.2: base64 of HMAC-SHA1 under encode(consumer secret) & encode(token secret).
[[nodiscard]] std::string sign_hmac_sha1(std::string_view base_string, const Secret& consumer_secret,
                                         std::string_view token_secret = {});

/// The complete value of the Authorization header for a request with these query or form parameters.
/// `timestamp` in seconds since 1970, `nonce` unique for that timestamp.
[[nodiscard]] std::string authorization_header(const Credentials& credentials, std::string_view method,
                                               std::string_view url, const Parameters& parameters,
                                               std::string_view nonce, std::int64_t timestamp);

}  // namespace toopher::oauth

#endif
