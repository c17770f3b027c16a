// SPDX-License-Identifier: Apache-2.0
#include "device/enrolment.h"

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "device/lines.h"

namespace toopher::device {
namespace {

constexpr std::string_view kPath = "/enrol#";
constexpr std::string_view kSecretCharacters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kSecretBytes = kEnrolmentSecretLength * 5 / 8;

bool is_origin(std::string_view text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return false;
  const std::string_view host = text.substr(text.find("//") + 2);
  return !host.empty() && host.find_first_of("/?#@\\") == std::string_view::npos;
}

bool is_secret(std::string_view text) {
  return text.size() == kEnrolmentSecretLength &&
         text.find_first_not_of(kSecretCharacters) == std::string_view::npos;
}

}  // namespace

Secret new_enrolment_secret() {
  const Secret bytes = random_bytes(kSecretBytes);
  std::string encoded = crypto::base32_encode(bytes.view());
  std::transform(encoded.begin(), encoded.end(), encoded.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return Secret::take(encoded);
}

std::optional<EnrolmentLink> EnrolmentLink::parse(std::string_view text) {
  text = trim(text);
  const auto path = text.find(kPath);
  if (path == std::string_view::npos || !is_origin(text.substr(0, path))) return std::nullopt;
  const std::string_view fragment = text.substr(path + kPath.size());
  const auto dot = fragment.find('.');
  if (dot == std::string_view::npos || !is_uuid(fragment.substr(0, dot)) ||
      !is_secret(fragment.substr(dot + 1)))
    return std::nullopt;
  return EnrolmentLink{std::string(text.substr(0, path)), std::string(fragment.substr(0, dot)),
                       Secret(fragment.substr(dot + 1))};
}

Secret EnrolmentLink::text() const {
  Secret link(origin);
  link.append(kPath);
  link.append(pairing_id);
  link.append(".");
  link.append(secret.view());
  return link;
}

std::string device_proof(const Secret& secret, const EnrolmentKeys& keys) {
  return crypto::hmac(
      crypto::Digest::sha256, secret.view(),
      lines({"toopher-enrolment-device-v1", keys.origin, keys.pairing_id,
             crypto::base64url_encode(keys.signing_key), crypto::base64url_encode(keys.agreement_key)}));
}

std::string server_proof(const Secret& secret, const EnrolmentKeys& keys, std::string_view server_key) {
  return crypto::hmac(
      crypto::Digest::sha256, secret.view(),
      lines({"toopher-enrolment-server-v1", keys.origin, keys.pairing_id,
             crypto::base64url_encode(keys.signing_key), crypto::base64url_encode(keys.agreement_key),
             crypto::base64url_encode(server_key)}));
}

std::string key_fingerprint(std::string_view signing_key, std::string_view agreement_key) {
  constexpr std::size_t kBytes = 10;
  constexpr std::size_t kGroup = 4;
  const std::string hex =
      hex_encode(crypto::sha256(std::string(signing_key) + std::string(agreement_key)).substr(0, kBytes));
  std::string grouped;
  for (std::size_t i = 0; i < hex.size(); i += kGroup)
    grouped += (grouped.empty() ? "" : " ") + hex.substr(i, kGroup);
  return grouped;
}

}  // namespace toopher::device
