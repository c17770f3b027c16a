// SPDX-License-Identifier: Apache-2.0
#include "otp/otpauth_uri.h"

#include "base/text.h"
#include "crypto/encoding.h"

namespace toopher::otp {
namespace {

std::string_view algorithm_name(crypto::Digest digest) {
  switch (digest) {
    case crypto::Digest::sha1:
      return "SHA1";
    case crypto::Digest::sha256:
      return "SHA256";
    case crypto::Digest::sha512:
      return "SHA512";
  }
  return {};
}

}  // namespace

Secret totp_uri(const Secret& seed, std::string_view issuer, std::string_view account, const Scheme& scheme) {
  const std::string encoded_issuer = percent_encode(issuer);
  std::string base32 = crypto::base32_encode(seed.view());
  const Secret secret = Secret::take(base32);
  Secret uri("otpauth://totp/" + encoded_issuer + ":" + percent_encode(account) + "?secret=");
  uri.append(secret.view());
  uri.append("&issuer=" + encoded_issuer + "&algorithm=" + std::string(algorithm_name(scheme.digest)) +
             "&digits=" + std::to_string(scheme.digits) + "&period=" + std::to_string(scheme.step_seconds));
  return uri;
}

}  // namespace toopher::otp
