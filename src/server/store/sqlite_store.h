// SPDX-License-Identifier: Apache-2.0
// One thread owns the database: it drains the queue into one transaction, commits, and then hands all answers out.
#ifndef TOOPHER_SERVER_STORE_SQLITE_STORE_H
#define TOOPHER_SERVER_STORE_SQLITE_STORE_H

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "crypto/seal.h"
#include "server/store/sqlite_connection.h"
#include "server/store/store.h"
#include "server/store/trouble.h"

namespace toopher::server {

class SqliteStore final : public Store {
 public:
  /// Opens or creates the database at `path`. Throws StoreError, also when `key` is not the one it was made with.
  SqliteStore(const std::string& path, crypto::SealingKey key, Deliver deliver);
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  /// Commits what is queued, then ends the thread.
  ~SqliteStore() override;

  void submit(Operation operation, Completion completion) override;

 private:
  struct Work {
    Operation operation;
    Completion completion;
  };

  void write_loop();
  std::vector<Work> next_group();
  void commit_group(std::vector<Work> group);
  /// False if an operation failed: then nothing has happened, and none has run that may not run again.
  bool run_together(const std::vector<Work>& group);
  /// Each in a savepoint of its own, so that one that fails does not take the others with it.
  std::vector<std::exception_ptr> run_apart(const std::vector<Work>& group);
  void roll_back();
  void roll_back_if_possible();
  void tell_trouble(const std::vector<std::exception_ptr>& outcomes);
  std::exception_ptr run_within_savepoint(const Operation& operation);

  crypto::SealingKey key_;
  sqlite::Connection database_;
  Transaction transaction_;
  Deliver deliver_;
  Trouble trouble_{"storing", "works again"};
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<Work> queue_;
  bool ending_ = false;
  std::thread writer_;
};

}  // namespace toopher::server

#endif
