// SPDX-License-Identifier: Apache-2.0
// The server's side of RFC 5849 section 3.2, with the tolerances that the official client libraries need.
#ifndef TOOPHER_OAUTH_VERIFY_H
#define TOOPHER_OAUTH_VERIFY_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "oauth/parameters.h"

namespace toopher::oauth {

/// A request as it arrived; nothing decoded yet.
struct SignedRequest {
  std::string_view method;
  std::string_view url;            ///< scheme://authority/path as the client addressed it; no query
  std::string_view query;          ///< without `?`
  std::string_view authorization;  ///< value of the header, empty if none
  std::string_view form_body;      ///< body if its type is application/x-www-form-urlencoded, else empty
};

/// What a request claims, before the signature is checked: enough to look the requester up.
struct Claim {
  std::string consumer_key;
  std::string nonce;
  std::int64_t timestamp = 0;  ///< seconds since 1970
  std::string signature;
  Parameters oauth;  ///< all oauth_* but oauth_signature
  Parameters query;  ///< the call's own parameters, oauth_* removed
  Parameters form;
};

/// Reads the OAuth parameters from header, query or body (RFC 5849 section 3.5; whichever holds
/// oauth_consumer_key). Nothing if one is missing, double or malformed, the method is not HMAC-SHA1, the
/// version not 1.0, or a token is given.
[[nodiscard]] std::optional<Claim> read_claim(const SignedRequest& request);

/// Which of a call's own parameters were signed.
enum class Signed { nothing, all, form };

/// Whether the signature is right under `consumer_secret`, and over what. Compares in constant time. First over
/// everything; where there is a form body, also over header and body alone, and then only the body's fields
/// count: the .NET libraries send each field of a POST in query and body, but sign it once.
[[nodiscard]] Signed check_signature(const SignedRequest& request, const Claim& claim,
                                     const Secret& consumer_secret);

/// The call's own parameters of which that was found.
[[nodiscard]] Parameters parameters_of(Claim claim, Signed which);

}  // namespace toopher::oauth

#endif
