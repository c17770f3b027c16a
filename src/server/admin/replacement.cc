// SPDX-License-Identifier: Apache-2.0
#include "server/admin/replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "base/text.h"
#include "base/unique_fd.h"
#include "server/store/sqlite_copy.h"

namespace toopher::server::admin {

namespace {

[[noreturn]] void cannot(const std::string& database, const std::string& what) {
  throw std::runtime_error("the database " + database + " cannot be replaced: " + what + ": " +
                           error_text(errno));
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

void sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) cannot(path, directory);
}

}  // namespace

std::string replacement_of(const std::string& database) {
  return database + ".restore";
}

void discard_replacement(const std::string& database) {
  for (const char* const end : {"", "-wal", "-shm"}) (void)::unlink((replacement_of(database) + end).c_str());
}

std::string kept_name(const std::string& database, std::time_t now) {
  std::tm utc{};
  std::array<char, 32> text{};
  if (::gmtime_r(&now, &utc) != nullptr)
    (void)std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string name = database + ".before-" + text.data();
  std::string free = name;
  for (int number = 2; is_there(free) || is_there(free + "-wal"); ++number)
    free = name + "-" + std::to_string(number);
  return free;
}

std::string put_replacement_in_place(const std::string& database) {
  return put_replacement_in_place(database, kept_name(database, std::time(nullptr)));
}

std::string put_replacement_in_place(const std::string& database, const std::string& kept) {
  const std::string replacement = replacement_of(database);
  if (::access(replacement.c_str(), F_OK) != 0) cannot(database, replacement);
  // What a damaged database keeps beside it belongs to it, and must not be taken for the new one's.
  if (!sqlite::settle_database(database) &&
      ::rename((database + "-wal").c_str(), (kept + "-wal").c_str()) != 0 && errno != ENOENT)
    cannot(database, database + "-wal");
  (void)::unlink((database + "-shm").c_str());
  if (::link(database.c_str(), kept.c_str()) != 0 && errno != ENOENT) cannot(database, kept);
  if (::rename(replacement.c_str(), database.c_str()) != 0) cannot(database, replacement);
  sync_directory_of(database);
  return kept;
}

std::string without_password(const std::string& database) {
  const auto at = database.find('@');
  const auto user = database.find("//");
  if (at == std::string::npos || user == std::string::npos || user > at) return database;
  const auto colon = database.find(':', user + 2);
  if (colon == std::string::npos || colon > at) return database;
  return database.substr(0, colon) + database.substr(at);
}

}  // namespace toopher::server::admin
