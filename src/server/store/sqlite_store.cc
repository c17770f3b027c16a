// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_store.h"

#include <utility>

#include "server/store/schema.h"

namespace toopher::server {

namespace {

// Operations that share one commit. Each commit writes every page that changed since the one before, so that the more share
// it the less each costs; what the last of a group waits for is some ten milliseconds.
constexpr std::size_t kGroup = 512;

constexpr auto kMemory = Transaction::Memory::only_writer;  // others are told of by changed_by_others()

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
    transaction_.begin_operation(kMemory);
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

bool SqliteStore::run_together(const std::vector<Work>& group) {
  try {
    database_.change("BEGIN IMMEDIATE");
    if (database_.changed_by_others()) transaction_.forget_rows();
    for (const Work& work : group) {
      transaction_.begin_operation(kMemory);
      work.operation(transaction_);
    }
    return true;
  } catch (...) {
    roll_back();
    return false;
  }
}

std::vector<std::exception_ptr> SqliteStore::run_apart(const std::vector<Work>& group) {
  std::vector<std::exception_ptr> outcomes;
  outcomes.reserve(group.size());
  database_.change("BEGIN IMMEDIATE");
  for (const Work& work : group) outcomes.push_back(run_within_savepoint(work.operation));
  return outcomes;
}

void SqliteStore::roll_back() {
  transaction_.drop_messages_after({});
  // SQLite has rolled back by itself after some errors.
  if (database_.in_transaction()) database_.change("ROLLBACK");
}

void SqliteStore::roll_back_if_possible() {
  try {
    roll_back();
  } catch (const StoreError&) {
    // Nothing was committed in any case, and the next BEGIN says what is wrong.
    transaction_.drop_messages_after({});
  }
}

void SqliteStore::tell_trouble(const std::vector<std::exception_ptr>& outcomes) {
  for (const std::exception_ptr& outcome : outcomes) {
    try {
      if (outcome) std::rethrow_exception(outcome);
    } catch (const StoreUnavailable& unavailable) {
      return trouble_.begins(unavailable.what());
    } catch (...) {
      continue;  // the operation's own
    }
  }
  trouble_.over();
}

void SqliteStore::commit_group(std::vector<Work> group) {
  std::vector<std::exception_ptr> outcomes(group.size());
  Committed committed;
  try {
    database_.require_in_place();
    // A savepoint for each operation would cost a copy of every page that it changes.
    if (!run_together(group)) outcomes = run_apart(group);
    database_.change("COMMIT");
    transaction_.take_messages(committed);
  } catch (...) {
    // Nothing was committed, so nobody may hear of success.
    outcomes.assign(group.size(), std::current_exception());
    roll_back_if_possible();
  }
  tell_trouble(outcomes);
  for (std::size_t i = 0; i < group.size(); ++i) {
    committed.completions.push_back(
        [completion = std::move(group[i].completion), outcome = outcomes[i]] { completion(outcome); });
  }
  deliver_(std::move(committed));
}

}  // namespace toopher::server
