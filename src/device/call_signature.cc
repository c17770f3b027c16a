// SPDX-License-Identifier: Apache-2.0
#include "device/call_signature.h"

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "device/lines.h"

namespace toopher::device {
namespace {

constexpr std::string_view kScheme = "Toopher-Device ";
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kMinNonce = 16;  // characters
constexpr std::size_t kMaxNonce = 64;
constexpr std::uint64_t kLastTimestamp = 253402300799;  // end of the year 9999

/// Takes `prefix` from the start of `text`; false if it is not there.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Takes `name="value"` from the start of `text`.
std::optional<std::string_view> take_field(std::string_view& text, std::string_view name) {
  if (!take(text, name) || !take(text, "=\"")) return std::nullopt;
  const auto end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(0, end);
  text.remove_prefix(end + 1);
  return value;
}

bool is_nonce(std::string_view text) {
  return text.size() >= kMinNonce && text.size() <= kMaxNonce &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

}  // namespace

std::string call_bytes(const Call& call, std::string_view origin, const CallAuthorization& authorization) {
  return lines({"toopher-call-v1", call.method, origin, call.target, authorization.device,
                std::to_string(authorization.timestamp), authorization.nonce,
                hex_encode(crypto::sha256(call.body))});
}

std::string authorize_call(const Call& call, std::string_view origin, std::string_view device,
                           std::int64_t timestamp, const crypto::PrivateKey& key) {
  CallAuthorization authorization;
  authorization.device = device;
  authorization.timestamp = timestamp;
  authorization.nonce = crypto::base64url_encode(random_bytes(kNonceBytes).view());
  const std::string signature = key.sign(call_bytes(call, origin, authorization));
  return std::string(kScheme) + "device=\"" + authorization.device + "\",timestamp=\"" +
         std::to_string(timestamp) + "\",nonce=\"" + authorization.nonce + "\",signature=\"" +
         crypto::base64url_encode(signature) + "\"";
}

std::optional<CallAuthorization> parse_call_authorization(std::string_view header) {
  // Scheme names are case-insensitive (RFC 9110 section 11.1); the rest is exactly what authorize_call
  // writes.
  if (to_lower_ascii(header.substr(0, kScheme.size())) != to_lower_ascii(kScheme)) return std::nullopt;
  header.remove_prefix(kScheme.size());
  const auto device = take_field(header, "device");
  const auto timestamp = device && take(header, ",") ? take_field(header, "timestamp") : std::nullopt;
  const auto nonce = timestamp && take(header, ",") ? take_field(header, "nonce") : std::nullopt;
  const auto signature = nonce && take(header, ",") ? take_field(header, "signature") : std::nullopt;
  if (!signature || !header.empty()) return std::nullopt;

  const auto seconds = parse_decimal(*timestamp, kLastTimestamp);
  auto raw = crypto::base64url_decode(*signature);
  if (!(device->empty() || is_uuid(*device)) || !seconds || !is_nonce(*nonce) || !raw ||
      raw->size() != crypto::kSignatureSize)
    return std::nullopt;
  CallAuthorization authorization;
  authorization.device = *device;
  authorization.timestamp = static_cast<std::int64_t>(*seconds);
  authorization.nonce = *nonce;
  authorization.signature = std::move(*raw);
  return authorization;
}

}  // namespace toopher::device
