// SPDX-License-Identifier: Apache-2.0
#include "server/push/subscription.h"

#include <string>

#include "base/text.h"
#include "crypto/encoding.h"

namespace toopher::server::push {

Secret Subscription::to_target() const {
  std::string text = endpoint.url() + "\n" + crypto::base64url_encode(receiver.key.point()) + "\n" +
                     crypto::base64url_encode(receiver.auth);
  return Secret::take(text);
}

std::optional<Subscription> Subscription::from_target(std::string_view target) {
  const auto lines = split(target, '\n');
  if (lines.size() != 3) return std::nullopt;
  auto endpoint = webpush::Endpoint::parse(lines[0]);
  const auto point = crypto::base64url_decode(lines[1]);
  auto auth = crypto::base64url_decode(lines[2]);
  auto key = point ? crypto::PublicKey::from_point(*point) : std::nullopt;
  if (!endpoint || !key || !auth) return std::nullopt;
  return Subscription{std::move(*endpoint), {std::move(*key), std::move(*auth)}};
}

}  // namespace toopher::server::push
