// SPDX-License-Identifier: Apache-2.0
// Enrolment that begins at the host: it shows a link, and both sides prove that they know the link's secret. Whoever
// stands between them, even with a certificate that the device believes, can put no key of its own in place of theirs.
#ifndef TOOPHER_DEVICE_ENROLMENT_H
#define TOOPHER_DEVICE_ENROLMENT_H

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::device {

inline constexpr std::size_t kEnrolmentSecretLength = 16;  ///< characters of a-z and 2-7: 80 bits

[[nodiscard]] Secret new_enrolment_secret();

/// `<origin>/enrol#<pairing id>.<secret>`: what follows `#` is not sent to any server.
struct EnrolmentLink {
  std::string origin;      ///< scheme://host[:port], as it stands there
  std::string pairing_id;  ///< a UUID
  Secret secret;

  /// Nothing if `text` has another form; blanks around it do not count.
  static std::optional<EnrolmentLink> parse(std::string_view text);
  [[nodiscard]] Secret text() const;
};

/// What both proofs are about. Keys are points.
struct EnrolmentKeys {
  std::string_view origin;
  std::string_view pairing_id;
  std::string_view signing_key;
  std::string_view agreement_key;
};

/// HMAC-SHA256 under the secret's characters over the lines `toopher-enrolment-device-v1`, origin, pairing id, signing
/// key and agreement key (base64url), each ended by a line feed; raw bytes.
[[nodiscard]] std::string device_proof(const Secret& secret, const EnrolmentKeys& keys);

/// The same with `toopher-enrolment-server-v1`, and the server's point as a further line.
[[nodiscard]] std::string server_proof(const Secret& secret, const EnrolmentKeys& keys,
                                       std::string_view server_key);

/// What two people compare: 80 bits of the SHA-256 of both points, as five groups of four hexadecimal digits.
[[nodiscard]] std::string key_fingerprint(std::string_view signing_key, std::string_view agreement_key);

}  // namespace toopher::device

#endif
