// SPDX-License-Identifier: Apache-2.0
#include "server/service/slow_hashes.h"

#include "crypto/scrypt.h"

namespace toopher::server {

namespace {

constexpr crypto::ScryptCost kCost{1 << 14, 8, 1};
constexpr std::size_t kHashBytes = 32;

}  // namespace

void SlowHashes::compute() {
  hashes.clear();
  for (const Secret& code : codes)
    hashes.emplace_back(crypto::scrypt(code.view(), salt.view(), kCost, kHashBytes).view());
}

bool SlowHashes::are_of(std::string_view wanted_salt, std::string_view code) const {
  return hashes.size() == 1 && salt.equals(wanted_salt) && codes.front().equals(code);
}

}  // namespace toopher::server
