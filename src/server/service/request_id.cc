// SPDX-License-Identifier: Apache-2.0
#include "server/service/request_id.h"

#include "base/random.h"

namespace toopher::server {

namespace {

constexpr int kNeighbours = 1000;
constexpr std::size_t kShared = 8;  // digits

}  // namespace

std::string new_request_id() {
  thread_local std::string shared;
  thread_local int left = 0;
  std::string id = random_uuid();
  if (left == 0) {
    shared = id.substr(0, kShared);
    left = kNeighbours;
  }
  --left;
  return id.replace(0, kShared, shared);
}

}  // namespace toopher::server
