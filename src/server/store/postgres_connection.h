// SPDX-License-Identifier: Apache-2.0
// PostgreSQL as an engine: one connection in pipeline mode, where statements wait in a queue until an answer is needed.
#ifndef TOOPHER_SERVER_STORE_POSTGRES_CONNECTION_H
#define TOOPHER_SERVER_STORE_POSTGRES_CONNECTION_H

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/store/postgres_link.h"
#include "server/store/sql.h"

namespace toopher::server::postgres {

/// The connection was lost between a commit and its answer: it may have happened or not.
class OutcomeUnknown : public StoreUnavailable {
 public:
  using StoreUnavailable::StoreUnavailable;
};

/// The rows of one answer, all of them received.
class Answer final : public sql::Cursor {
 public:
  void open(Result result) {
    result_ = std::move(result);
    row_ = -1;
  }
  [[nodiscard]] bool is_open() const { return result_ != nullptr; }

  bool next() override;
  [[nodiscard]] std::string_view text(int column) const override;
  [[nodiscard]] std::int64_t integer(int column) const override;
  void close() noexcept override { result_.reset(); }

 private:
  Result result_;
  int row_ = -1;
};

/// Between begin() and commit() or roll_back() all statements are one serialisable transaction. What they throw says what may
/// be done: after Lost nothing more with this connection; after Conflict the transaction again; see postgres_link.h.
class Connection final : public sql::Connection {
 public:
  /// Throws Lost, StoreError.
  explicit Connection(const Options& options);

  /// Costs nothing until the first statement.
  void begin();
  /// Throws OutcomeUnknown if the connection is lost before the answer, and something may have been written.
  void commit();
  /// Whether the connection can be used further.
  bool roll_back() noexcept;

  /// What somebody should know about this server; empty: nothing.
  [[nodiscard]] const std::string& warning() const { return link_.warning(); }

  /// COPY … FROM STDIN and … TO STDOUT in binary form, within a transaction that execute("BEGIN") began. `give` is called
  /// once, with what takes a row; `take` for each row.
  using TakeRow = std::function<void(std::string_view row)>;
  void copy_in(const std::string& sql, const std::function<void(const TakeRow& put)>& give);
  void copy_out(const std::string& sql, const TakeRow& take);

  /// Outside of a transaction, or within one that execute("BEGIN") began.
  void execute(const std::string& sql) override;
  [[nodiscard]] const sql::Dialect& dialect() const override;
  std::int64_t schema_version() override;
  void set_schema_version(std::int64_t version) override;
  bool changed_elsewhere() override { return false; }  // Notices tell
  std::optional<sql::ServerFacts> server_facts() override;
  bool try_alone(std::int64_t number) override;

 protected:
  sql::Cursor& run(const char* sql, std::span<const sql::Value> values) override;
  int run_change(const char* sql, std::span<const sql::Value> values) override;
  void run_post(const char* sql, std::span<const sql::Value> values) override;

 private:
  /// A statement under the name that it has on the server.
  struct Statement {
    std::string name;
    std::string text;  ///< with $1 for each ?
    bool sent = false;
    bool only_reads = false;
  };
  /// What the server has been sent and not answered.
  struct Sent {
    Statement* prepares = nullptr;  ///< nullptr: it runs one
  };

  Statement& known(const char* sql);
  void send(const char* sql, std::span<const sql::Value> values);
  void prepare(Statement& statement, std::span<const sql::Value> values);
  Result answer_of_last();
  Result answer_of(const Sent& sent, const Deadline& deadline);
  Result ask(const char* sql, std::span<const sql::Value> values);
  void begin_copy(const std::string& sql, ExecStatusType expected);
  void end_copy();
  void put(std::string_view data);
  void use_pipeline(bool wanted);

  Link link_;
  std::unordered_map<const char*, Statement> statements_;
  std::deque<Sent> sent_;
  std::list<Answer> answers_;  // those that are open keep their place
  bool begun_ = false;         // begin() was called
  bool open_ = false;          // and BEGIN was sent
  bool written_ = false;       // something other than SELECT was sent since
};

}  // namespace toopher::server::postgres

#endif
