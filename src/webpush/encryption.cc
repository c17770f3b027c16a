// SPDX-License-Identifier: Apache-2.0
#include "webpush/encryption.h"

#include <algorithm>
#include <stdexcept>

#include "base/random.h"
#include "crypto/hash.h"
#include "webpush/content_coding.h"

namespace toopher::webpush {

std::string encrypt(std::string_view content, std::size_t size, const Receiver& receiver,
                    const Ephemeral& ephemeral) {
  constexpr std::size_t kInputKeySize = 32;
  const std::size_t padded = std::max(size, content.size());
  if (padded > kMaxContent) throw std::invalid_argument("a push message is too long");
  const std::string own_point = ephemeral.key.public_point();
  std::string info = "WebPush: info";
  info += '\0';
  info += receiver.key.point() + own_point;
  const Secret input_key =
      crypto::hkdf_sha256(ephemeral.key.agree(receiver.key).view(), receiver.auth, info, kInputKeySize);
  return encode(content, padded - content.size(), input_key.view(), {ephemeral.salt, own_point});
}

std::string encrypt(std::string_view content, std::size_t size, const Receiver& receiver) {
  return encrypt(content, size, receiver,
                 {crypto::PrivateKey::generate(), std::string(random_bytes(kSaltSize).view())});
}

}  // namespace toopher::webpush
