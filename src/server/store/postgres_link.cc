// SPDX-License-Identifier: Apache-2.0
#include "server/store/postgres_link.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "base/text.h"

namespace toopher::server::postgres {

namespace {

constexpr int kOldestServer = 140000;  // 14
constexpr Clock::Duration kSettingUp{5000};

// The server gives up what takes longer, and what a vanished instance has left behind; the last row is what it was set to
// by others. A commit must be on disk: whoever may not change the configuration can still ask for that.
constexpr const char* kSession =
    "SET statement_timeout = '5s'; SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '10s';"
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
    "SET tcp_user_timeout = 15000;"
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
    "ELSE current_setting('synchronous_commit') END, false), current_setting('fsync'), "
    "current_setting('full_page_writes')";

std::string_view field(const PGresult* result, int code) {
  const char* const text = PQresultErrorField(result, code);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

/// Messages end with a newline, and some have further lines of advice.
std::string first_line(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return sanitize_for_display(trimmed.substr(0, trimmed.find('\n')));
}

bool is_one_of(std::string_view state, std::initializer_list<std::string_view> states) {
  for (const std::string_view each : states)
    if (state == each) return true;
  return false;
}

}  // namespace

void throw_error(const PGresult* result) {
  const std::string_view state = field(result, PG_DIAG_SQLSTATE);
  const std::string what =
      "PostgreSQL: " + first_line(field(result, PG_DIAG_MESSAGE_PRIMARY)) + " (" + std::string(state) + ")";
  const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  // 25006: the server was the primary and is a standby now.
  if (severity == "FATAL" || severity == "PANIC" || state.empty() || state.starts_with("08") ||
      state == "25006")
    throw Lost(what);
  // Serialisation failure, deadlock, lock not available; and a row that another transaction inserted meanwhile.
  if (is_one_of(state, {"40001", "40P01", "55P03", "23505"})) throw Conflict(what);
  // Time-out, resources, operator's intervention.
  if (state.starts_with("53") || state.starts_with("57")) throw StoreUnavailable(what);
  if (is_one_of(state, {"22021", "22P05"})) throw NotText(what);
  throw StoreError(what);
}

Link::Link(const Options& options)
    : handle_(options.with_parameters([](const char* const* names, const char* const* values) {
        return PQconnectdbParams(names, values, 0);
      })) {
  if (!handle_) throw std::bad_alloc();
  if (PQstatus(handle_.get()) != CONNECTION_OK)
    throw Lost(options.name() + " cannot be reached: " + first_line(PQerrorMessage(handle_.get())));
  if (PQserverVersion(handle_.get()) < kOldestServer)
    throw StoreError(options.name() + " is older than PostgreSQL 14; toopherd needs that or a newer one");
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(handle_.get(), 1) != 0) lose("the connection cannot be set up");
  set_up();
}

void Link::set_up() {
  const Result set = execute(kSession, kSettingUp);
  for (const int column : {1, 2}) {
    if (!warning_.empty() || std::string_view(PQgetvalue(set.get(), 0, column)) == "on") continue;
    warning_ =
        std::string("PostgreSQL runs with ") + (column == 1 ? "fsync" : "full_page_writes") +
        " = off: after a crash of its machine used codes may be good again, and decisions may be missing";
  }
}

Result Link::execute(const std::string& sql, Clock::Duration patience) {
  const Deadline deadline = Deadline::after(SteadyClock(), patience);
  if (PQsendQuery(handle_.get(), sql.c_str()) != 1) lose("a statement cannot be sent");
  flush(deadline);
  Result last;
  Result failed;
  while (Result result = next_result(deadline)) {
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) {
      failed = std::move(result);
    } else {
      last = std::move(result);
    }
  }
  if (failed) throw_error(failed.get());
  return last;
}

void Link::flush(const Deadline& deadline) {
  for (;;) {
    const int left = PQflush(handle_.get());
    if (left == 0) return;
    if (left < 0) lose("the connection was lost");
    // The server may wait for its answers to be taken before it reads on.
    if (!wait(POLLIN | POLLOUT, deadline, -1)) lose("the server does not take what is sent");
    if (PQconsumeInput(handle_.get()) != 1) lose("the connection was lost");
  }
}

Result Link::next_result(const Deadline& deadline) {
  while (PQisBusy(handle_.get()) != 0) {
    if (!wait(POLLIN, deadline, -1)) lose("no answer in time");
    if (PQconsumeInput(handle_.get()) != 1) lose("the connection was lost");
  }
  return Result(PQgetResult(handle_.get()));
}

bool Link::wait_readable(const Deadline& deadline, int other) const {
  return wait(POLLIN, deadline, other);
}

bool Link::wait(short events, const Deadline& deadline, int other) const {
  const SteadyClock clock;
  std::array<pollfd, 2> polled{{{PQsocket(handle_.get()), events, 0}, {other, POLLIN, 0}}};
  for (;;) {
    const int count =
        ::poll(polled.data(), polled.size(), static_cast<int>(deadline.remaining(clock).count()));
    if (count > 0) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

void Link::lose(const char* what) {
  std::string text = std::string("PostgreSQL: ") + what;
  const std::string said = first_line(PQerrorMessage(handle_.get()));
  if (!said.empty()) text += ": " + said;
  throw Lost(text);
}

}  // namespace toopher::server::postgres
