// SPDX-License-Identifier: Apache-2.0
// Every call of the authenticator API is signed by the device's key: no cookies, no bearer tokens.
#ifndef TOOPHER_DEVICE_CALL_SIGNATURE_H
#define TOOPHER_DEVICE_CALL_SIGNATURE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/keys.h"

namespace toopher::device {

/// A call as it goes over the wire.
struct Call {
  std::string_view method;  ///< upper case
  std::string_view target;  ///< path and query as sent, from the first `/`
  std::string_view body;    ///< may be empty
};

/// Fields of `Authorization: Toopher-Device device="…",timestamp="…",nonce="…",signature="…"`.
struct CallAuthorization {
  std::string device;          ///< UUID; empty in the call that registers the device
  std::int64_t timestamp = 0;  ///< seconds since 1970
  std::string nonce;           ///< 16 to 64 characters of base64url
  std::string signature;       ///< raw, crypto::kSignatureSize bytes
};

/// The bytes that are signed: the lines `toopher-call-v1`, method, origin, target, device, timestamp, nonce
/// and the SHA-256 of the body in hexadecimal, each ended by a line feed.
[[nodiscard]] std::string call_bytes(const Call& call, std::string_view origin,
                                     const CallAuthorization& authorization);

/// The header's value for a call made now.
[[nodiscard]] std::string authorize_call(const Call& call, std::string_view origin, std::string_view device,
                                         std::int64_t timestamp, const crypto::PrivateKey& key);

/// Nothing if the header has another scheme or is malformed. Does not check the signature.
[[nodiscard]] std::optional<CallAuthorization> parse_call_authorization(std::string_view header);

}  // namespace toopher::device

#endif
