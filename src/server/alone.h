// SPDX-License-Identifier: Apache-2.0
// An operator's program on the database, whether the server runs beside it or not.
#ifndef TOOPHER_SERVER_ALONE_H
#define TOOPHER_SERVER_ALONE_H

#include <functional>
#include <memory>

#include "crypto/seal.h"
#include "server/server_config.h"
#include "server/service/context.h"
#include "server/store/store.h"

namespace toopher::server {

class Alone {
 public:
  /// The database must exist. Throws StoreError or std::runtime_error.
  Alone(const ServerConfig& config, crypto::SealingKey key);

  /// Runs it in a transaction of its own; again, with the digests that it asks for. Throws what it threw, Refused too
  /// (then nothing was changed).
  void run(const std::function<void(Context&)>& operation);

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace toopher::server

#endif
