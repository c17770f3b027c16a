// SPDX-License-Identifier: Apache-2.0
// Several connections to one PostgreSQL, which several instances may share: each operation is a serialisable transaction, and
// runs again when another one was in its way.
#ifndef TOOPHER_SERVER_STORE_POSTGRES_STORE_H
#define TOOPHER_SERVER_STORE_POSTGRES_STORE_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "crypto/seal.h"
#include "server/store/postgres_connection.h"
#include "server/store/postgres_notices.h"
#include "server/store/store.h"
#include "server/store/trouble.h"

namespace toopher::server {

class PostgresStore final : public Store {
 public:
  struct Settings {
    postgres::Options options;
    unsigned connections = 4;  ///< operations at a time
    bool listens = true;       ///< false: nobody here waits for what other instances do
  };

  /// Connects, and makes the tables or brings them up to date; instances that start at the same time take turns. Throws
  /// StoreError, also when `key` is not the one that the database was made with.
  PostgresStore(Settings settings, crypto::SealingKey key, Deliver deliver);
  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;
  /// Carries out what is queued, then ends the threads.
  ~PostgresStore() override;

  /// Completions of StoreUnavailable come within some seconds of an outage.
  void submit(Operation operation, Completion completion) override;

 private:
  struct Work {
    Operation operation;
    Completion completion;
    Clock::TimePoint submitted;
  };
  class Worker;

  std::optional<Work> next();
  void listen();
  /// Rows that any connection here remembers count no more.
  void forget_remembered() { ++generation_; }

  Settings settings_;
  crypto::SealingKey key_;
  Deliver deliver_;
  std::string instance_;
  std::atomic<std::uint64_t> generation_{0};  // of what connections remember
  std::atomic<bool> hears_{false};            // of what other instances change
  Trouble trouble_;
  std::mutex lane_;  // of operations that were in another's way
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<Work> queue_;
  bool ending_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::unique_ptr<postgres::Notices> notices_;
};

}  // namespace toopher::server

#endif
