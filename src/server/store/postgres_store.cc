// SPDX-License-Identifier: Apache-2.0
#include "server/store/postgres_store.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "server/log.h"
#include "server/store/schema.h"

namespace toopher::server {

namespace {

using postgres::Conflict;
using postgres::Lost;
using postgres::OutcomeUnknown;

constexpr Clock::Duration kPatience{
    4000};  // from its submission an operation may wait for the database that long
constexpr Clock::Duration kFirstPause{1};
constexpr Clock::Duration kLongestPause{64};     // while others are in the way
constexpr Clock::Duration kReconnectPause{100};  // while there is no connection
constexpr std::size_t kInstanceBytes = 8;

/// One at a time among all instances; the number is "toopherd", as those of Connection::try_alone begin.
constexpr const char* kBeginSchema =
    "BEGIN; SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min';"
    "SELECT pg_advisory_xact_lock(8390047159393022564)";

void prepare_schema_alone(postgres::Connection& connection) {
  connection.execute(kBeginSchema);
  prepare_schema(connection);
  connection.execute("COMMIT");
}

/// As much of it as fits into an application_name, of 63 bytes, together with the rest.
std::string machine_name() {
  constexpr std::size_t kMost = 32;
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return std::string(name.data()).substr(0, kMost);
}

/// Half of it to one and a half, so that those who were in each other's way do not meet again.
void sleep_about(Clock::Duration pause) {
  const auto microseconds = std::chrono::microseconds(pause).count();
  std::this_thread::sleep_for(std::chrono::microseconds(
      microseconds / 2 + static_cast<std::int64_t>(random_below(static_cast<std::uint32_t>(microseconds)))));
}

}  // namespace

/// A connection and what runs on it.
class PostgresStore::Worker {
 public:
  explicit Worker(PostgresStore& store) : store_(store) {}

  /// Throws StoreError.
  void connect() {
    session_ = std::make_unique<Session>(store_.settings_.options, store_.key_);
    store_.trouble_.over();
  }
  void prepare_database();

  void work_loop() {
    while (auto work = store_.next()) carry_out(std::move(*work));
    session_.reset();
  }

 private:
  struct Session {
    Session(const postgres::Options& options, const crypto::SealingKey& key)
        : connection(options), transaction(connection, key) {}
    postgres::Connection connection;
    Transaction transaction;
    std::uint64_t generation = 0;  ///< of the rows that it remembers
  };

  void carry_out(Work work);
  std::exception_ptr settle(const Work& work, Committed& committed);
  void run_once(const Operation& operation, Committed& committed);
  void begin(Session& session) const;
  void say_after_commit(Session& session) const;
  void forget_what_changed(const Committed& committed) const;
  void lose(const std::string& why) {
    session_.reset();
    store_.trouble_.begins(why);
  }

  PostgresStore& store_;
  std::unique_ptr<Session> session_;
};

void PostgresStore::Worker::prepare_database() {
  prepare_schema_alone(session_->connection);
  if (!session_->transaction.key_fits()) {
    throw StoreError("the key file does not belong to the database in " + store_.settings_.options.name() +
                     "; all instances need the key file that was made with it");
  }
  if (store_.settings_.listens && !session_->connection.warning().empty())
    log(LogLevel::warning, "database", session_->connection.warning());
}

void PostgresStore::Worker::carry_out(Work work) {
  Committed committed;
  const std::exception_ptr outcome = settle(work, committed);
  committed.completions.push_back(
      [completion = std::move(work.completion), outcome] { completion(outcome); });
  store_.deliver_(std::move(committed));
}

/// What the operation is answered with, after as many runs as it needs.
std::exception_ptr PostgresStore::Worker::settle(const Work& work, Committed& committed) {
  const Deadline deadline(work.submitted + kPatience);
  const SteadyClock clock;
  // Those who were in each other's way go one after the other; all at once they would meet again and again.
  std::unique_lock<std::mutex> lane(store_.lane_, std::defer_lock);
  for (Clock::Duration pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    try {
      if (!session_ && deadline.expired(clock))
        throw StoreUnavailable(store_.settings_.options.name() + " cannot be reached");
      if (!session_) connect();
      run_once(work.operation, committed);
      return nullptr;
    } catch (const OutcomeUnknown& unknown) {
      // Never again by itself: it may have been kept, and a code would be used already.
      lose(unknown.what());
      return std::current_exception();
    } catch (const Conflict&) {
      if (deadline.expired(clock)) return std::current_exception();
      if (!lane.owns_lock()) {
        lane.lock();
        continue;
      }
    } catch (const Lost& lost) {
      lose(lost.what());
      if (lane.owns_lock()) lane.unlock();
      if (deadline.expired(clock)) return std::current_exception();
      pause = kReconnectPause;
    } catch (...) {
      return std::current_exception();
    }
    sleep_about(pause);
  }
}

void PostgresStore::Worker::run_once(const Operation& operation, Committed& committed) {
  Session& session = *session_;
  try {
    begin(session);
    operation(session.transaction);
    say_after_commit(session);
    session.connection.commit();
    session.transaction.take_messages(committed);
    forget_what_changed(committed);
  } catch (const OutcomeUnknown&) {
    session.transaction.take_messages(committed);
    forget_what_changed(committed);
    // Only what is certain is told; whoever waits looks for itself.
    committed.audit_lines.clear();
    committed.announcements.clear();
    throw;
  } catch (...) {
    session.transaction.drop_messages_after({});
    if (!session.connection.roll_back()) session_.reset();
    throw;
  }
}

/// What it remembers was read by operations that began in the same generation, so no change that was told since is older
/// than any of it.
void PostgresStore::Worker::begin(Session& session) const {
  const bool hears = store_.hears_;
  const std::uint64_t generation = store_.generation_;
  if (std::exchange(session.generation, generation) != generation) session.transaction.forget_rows();
  session.connection.begin();
  session.transaction.begin_operation(hears ? Transaction::Memory::rare : Transaction::Memory::none);
}

/// Before anybody is told that it was committed.
void PostgresStore::Worker::forget_what_changed(const Committed& committed) const {
  const auto& topics = committed.topics;
  if (std::find(topics.begin(), topics.end(), kRequestersTopic) != topics.end()) store_.forget_remembered();
}

/// PostgreSQL passes it on once the transaction is committed, and not before.
void PostgresStore::Worker::say_after_commit(Session& session) const {
  const auto& topics = session.transaction.topics();
  for (const std::string& topic : std::set<std::string>(topics.begin(), topics.end()))
    session.connection.post("SELECT pg_notify(?, ?)", postgres::Notices::kChannel,
                            postgres::Notices::payload(store_.instance_, topic));
}

PostgresStore::PostgresStore(Settings settings, crypto::SealingKey key, Deliver deliver)
    : settings_(std::move(settings)),
      key_(std::move(key)),
      deliver_(std::move(deliver)),
      instance_(hex_encode(random_bytes(kInstanceBytes).view())),
      trouble_("database", "reached again") {
  if (settings_.listens) settings_.options.name_instance(machine_name() + " " + instance_);
  auto first = std::make_unique<Worker>(*this);
  first->connect();
  first->prepare_database();
  workers_.push_back(std::move(first));
  while (workers_.size() < settings_.connections) workers_.push_back(std::make_unique<Worker>(*this));
  for (const auto& worker : workers_) threads_.emplace_back([&each = *worker] { each.work_loop(); });
  if (settings_.listens) listen();
}

void PostgresStore::listen() {
  const auto heard = [this](std::string topic) {
    if (topic == kRequestersTopic) forget_remembered();
    Committed elsewhere;
    elsewhere.topics.push_back(std::move(topic));
    deliver_(std::move(elsewhere));
  };
  const auto missed = [this] {
    forget_remembered();
    hears_ = true;
    Committed elsewhere;
    elsewhere.everything = true;
    deliver_(std::move(elsewhere));
  };
  notices_ = std::make_unique<postgres::Notices>(
      settings_.options, instance_, postgres::Notices::Ears{heard, missed, [this] { hears_ = false; }});
}

PostgresStore::~PostgresStore() {
  notices_.reset();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  waiting_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void PostgresStore::submit(Operation operation, Completion completion) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back({std::move(operation), std::move(completion), SteadyClock().now()});
  }
  waiting_.notify_one();
}

std::optional<PostgresStore::Work> PostgresStore::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  waiting_.wait(lock, [this] { return ending_ || !queue_.empty(); });
  if (queue_.empty()) return std::nullopt;
  Work work = std::move(queue_.front());
  queue_.pop_front();
  return work;
}

}  // namespace toopher::server
