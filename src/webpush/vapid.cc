// SPDX-License-Identifier: Apache-2.0
#include "webpush/vapid.h"

#include <algorithm>

#include "crypto/encoding.h"

namespace toopher::webpush {

namespace {

/// What can stand in a JSON string as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = text.substr(at + 1);
  const auto dot = domain.find('.');
  return dot != std::string_view::npos && dot != 0 && !domain.ends_with('.');
}

}  // namespace

bool is_contact(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  constexpr std::string_view kMail = "mailto:";
  constexpr std::string_view kPage = "https://";
  if (text.size() > kLongest || !is_plain(text)) return false;
  if (text.starts_with(kMail)) return is_mail_address(text.substr(kMail.size()));
  return text.starts_with(kPage) && text.size() > kPage.size();
}

std::string authorization(const crypto::PrivateKey& key, std::string_view audience, std::string_view contact,
                          std::int64_t expires) {
  const std::string claims = "{\"aud\":\"" + std::string(audience) + "\",\"exp\":" + std::to_string(expires) +
                             ",\"sub\":\"" + std::string(contact) + "\"}";
  const std::string token =
      crypto::base64url_encode(R"({"typ":"JWT","alg":"ES256"})") + "." + crypto::base64url_encode(claims);
  return "vapid t=" + token + "." + crypto::base64url_encode(key.sign(token)) +
         ", k=" + crypto::base64url_encode(key.public_point());
}

}  // namespace toopher::webpush
