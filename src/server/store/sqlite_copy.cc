// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_copy.h"

#include <sqlite3.h>
#include <unistd.h>

#include <memory>

#include "server/store/sqlite_connection.h"
#include "server/store/store_error.h"

namespace toopher::server::sqlite {

namespace {

constexpr int kPagesOfStep = 256;  // 1 MiB
constexpr int kPauseMs = 1;
constexpr int kBusyMilliseconds = 5000;

using Handle = std::unique_ptr<sqlite3, DatabaseDeleter>;

struct BackupDeleter {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw StoreError("database " + path + ": " + what);
}

Handle opened(const std::string& path) {
  sqlite3* raw = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Handle handle(raw);
  if (result != SQLITE_OK) fail(path, std::string("cannot be opened: ") + sqlite3_errstr(result));
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  return handle;
}

void execute(const Handle& handle, const std::string& path, const char* sql) {
  if (sqlite3_exec(handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(path, sqlite3_errmsg(handle.get()));
}

int keep_first(void* first, int columns, char** values, char** names) {
  (void)names;
  auto& text = *static_cast<std::string*>(first);
  if (text.empty() && columns > 0 && values[0] != nullptr) text = values[0];
  return 0;
}

}  // namespace

void copy_database(const std::string& from, const std::string& to) {
  const Handle source = opened(from);
  const Handle target = opened(to);
  // One snapshot for all steps: without it each write of somebody else would begin the copy anew.
  execute(source, from, "BEGIN; SELECT count(*) FROM sqlite_schema");
  {
    const std::unique_ptr<sqlite3_backup, BackupDeleter> backup(
        sqlite3_backup_init(target.get(), "main", source.get(), "main"));
    if (!backup) fail(to, sqlite3_errmsg(target.get()));
    int result = SQLITE_OK;
    while ((result = sqlite3_backup_step(backup.get(), kPagesOfStep)) == SQLITE_OK || result == SQLITE_BUSY)
      sqlite3_sleep(kPauseMs);
    if (result != SQLITE_DONE) fail(from, std::string("cannot be copied: ") + sqlite3_errstr(result));
  }
  execute(source, from, "COMMIT");
  execute(target, to, "PRAGMA journal_mode=DELETE");
}

std::string damage_of(const std::string& path, bool quick) {
  try {
    const Handle handle = opened(path);
    std::string first;
    const char* const sql = quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)";
    if (sqlite3_exec(handle.get(), sql, keep_first, &first, nullptr) != SQLITE_OK)
      return sqlite3_errmsg(handle.get());
    return first == "ok" ? "" : first;
  } catch (const StoreError& error) {
    return error.what();
  }
}

bool settle_database(const std::string& path) {
  try {
    const Handle handle = opened(path);
    execute(handle, path, "PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const StoreError&) {
    return false;
  }
  return ::access((path + "-wal").c_str(), F_OK) != 0;
}

}  // namespace toopher::server::sqlite
