// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_store.h"

#include <utility>

#include "server/store/schema.h"

namespace toopher::server {

namespace {

constexpr std::size_t kGroup = 64;  // operations that share one commit

}  // namespace

SqliteStore::SqliteStore(const std::string& path, crypto::SealingKey key, Deliver deliver)
    : key_(std::move(key)), database_(path), transaction_(database_, key_), deliver_(std::move(deliver)) {
  database_.execute("BEGIN IMMEDIATE");
  prepare_schema(database_);
  database_.execute("COMMIT");
  if (!transaction_.key_fits()) {
    throw StoreError("the key file does not belong to the database " + path +
                     "; restore the key file that was made with it");
  }
  writer_ = std::thread([this] { write_loop(); });
}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  waiting_.notify_one();
  writer_.join();
}

void SqliteStore::submit(Operation operation, Completion completion) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back({std::move(operation), std::move(completion)});
  }
  waiting_.notify_one();
}

void SqliteStore::write_loop() {
  for (;;) {
    std::vector<Work> group = next_group();
    if (group.empty()) return;
    commit_group(std::move(group));
  }
}

std::vector<SqliteStore::Work> SqliteStore::next_group() {
  std::unique_lock<std::mutex> lock(mutex_);
  waiting_.wait(lock, [this] { return ending_ || !queue_.empty(); });
  std::vector<Work> group;
  while (!queue_.empty() && group.size() < kGroup) {
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

std::exception_ptr SqliteStore::run_within_savepoint(const Operation& operation) {
  const auto messages = transaction_.messages();
  try {
    database_.change("SAVEPOINT operation");
    operation(transaction_);
    database_.change("RELEASE operation");
    return nullptr;
  } catch (...) {
    std::exception_ptr failure = std::current_exception();
    transaction_.drop_messages_after(messages);
    database_.change("ROLLBACK TO operation");
    database_.change("RELEASE operation");
    return failure;
  }
}

void SqliteStore::commit_group(std::vector<Work> group) {
  std::vector<std::exception_ptr> outcomes;
  Committed committed;
  try {
    database_.change("BEGIN IMMEDIATE");
    for (const Work& work : group) outcomes.push_back(run_within_savepoint(work.operation));
    database_.change("COMMIT");
    transaction_.take_messages(committed);
  } catch (...) {
    // Nothing was committed, so nobody may hear of success. SQLite has rolled back by itself after some errors.
    outcomes.assign(group.size(), std::current_exception());
    transaction_.drop_messages_after({0, 0});
    if (database_.in_transaction()) database_.change("ROLLBACK");
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    committed.completions.push_back(
        [completion = std::move(group[i].completion), outcome = outcomes[i]] { completion(outcome); });
  }
  deliver_(std::move(committed));
}

}  // namespace toopher::server
