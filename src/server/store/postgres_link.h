// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL, of which every wait has an end; and what its errors mean.
#ifndef TOOPHER_SERVER_STORE_POSTGRES_LINK_H
#define TOOPHER_SERVER_STORE_POSTGRES_LINK_H

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "base/deadline.h"
#include "server/store/postgres_options.h"
#include "server/store/store_error.h"

namespace toopher::server::postgres {

/// The connection is gone or cannot be made. Nothing of an open transaction will be kept.
class Lost : public StoreUnavailable {
 public:
  using StoreUnavailable::StoreUnavailable;
};

/// Another transaction was in the way; the whole operation may be run again at once.
class Conflict : public StoreUnavailable {
 public:
  using StoreUnavailable::StoreUnavailable;
};

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultDeleter>;

/// Throws what the error of this result means: Lost, Conflict, StoreUnavailable or StoreError, with PostgreSQL's message but
/// without its details, which repeat values.
[[noreturn]] void throw_error(const PGresult* result);

class Link {
 public:
  /// Connects, sets the limits of the session and checks that commits are durable. Throws Lost; StoreError for a server that
  /// cannot be used.
  explicit Link(const Options& options);

  [[nodiscard]] PGconn* handle() const { return handle_.get(); }

  /// Statements without values in the simple protocol; the result of the last. Throws as throw_error.
  Result execute(const std::string& sql, Clock::Duration patience);

  /// What is to be sent goes out. Throws Lost.
  void flush(const Deadline& deadline);
  /// The next result, nothing at the end of a statement's. Throws Lost.
  Result next_result(const Deadline& deadline);

  /// Waits for the socket to become readable, or for `other` to (-1: none); false at the deadline.
  bool wait_readable(const Deadline& deadline, int other = -1) const;

  /// What was found at the start and somebody should know: empty, or a sentence.
  [[nodiscard]] const std::string& warning() const { return warning_; }

 private:
  struct ConnectionDeleter {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  bool wait(short events, const Deadline& deadline, int other) const;
  [[noreturn]] void lose(const char* what);
  void set_up();

  std::unique_ptr<PGconn, ConnectionDeleter> handle_;
  std::string warning_;
};

}  // namespace toopher::server::postgres

#endif
