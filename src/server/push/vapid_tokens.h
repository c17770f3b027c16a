// SPDX-License-Identifier: Apache-2.0
// Signed tokens for push services, each used for some hours: services want to see few of them.
#ifndef TOOPHER_SERVER_PUSH_VAPID_TOKENS_H
#define TOOPHER_SERVER_PUSH_VAPID_TOKENS_H

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "crypto/keys.h"
#include "server/store/records.h"
#include "webpush/endpoint.h"
#include "webpush/vapid.h"

namespace toopher::server::push {

/// Used by one thread.
class VapidTokens {
 public:
  VapidTokens(std::shared_ptr<const crypto::PrivateKey> key, std::string contact)
      : key_(std::move(key)), contact_(std::move(contact)) {}

  /// The value of Authorization for this service.
  std::string authorization(const webpush::Origin& service, Millis now) {
    constexpr std::int64_t kLife = 43200;         // 12 hours; RFC 8292 section 2 allows 24
    constexpr std::int64_t kReserve = kLife / 2;  // clocks differ
    constexpr std::size_t kMost = 1000;
    const std::int64_t seconds = now / kSecond;
    const std::string audience = service.text();
    if (const auto known = tokens_.find(audience);
        known != tokens_.end() && known->second.made <= seconds && seconds - known->second.made < kReserve)
      return known->second.value;
    if (tokens_.size() >= kMost) tokens_.clear();
    const Token fresh{seconds, webpush::authorization(*key_, audience, contact_, seconds + kLife)};
    return tokens_.insert_or_assign(audience, fresh).first->second.value;
  }

 private:
  struct Token {
    std::int64_t made = 0;
    std::string value;
  };
  std::shared_ptr<const crypto::PrivateKey> key_;
  std::string contact_;
  std::map<std::string, Token> tokens_;
};

}  // namespace toopher::server::push

#endif
