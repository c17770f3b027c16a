// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/text.h"
#include "server/admin/findings.h"
#include "server/admin/key_file.h"
#include "server/admin/replacement.h"
#include "server/store/postgres_options.h"
#include "server/store/sqlite_copy.h"

namespace toopher::server::admin {

namespace {

constexpr std::uintmax_t kLittle = 256ULL << 20U;  // bytes free
constexpr std::uintmax_t kNearlyNothing = 32ULL << 20U;

std::string megabytes(std::uintmax_t bytes) {
  return std::to_string(bytes >> 20U) + " MiB";
}

void examine_key_file(const ServerConfig& config, Findings& findings) {
  try {
    const KeyFile keys = read_key_file(config.key_file);
    if (keys.keys.size() > 1 || !keys.next.empty()) {
      findings.warning("key file", "a rotation of the key is not finished",
                       "go on: toopher-admin key rotate");
    } else {
      findings.good("key file", config.key_file);
    }
  } catch (const std::exception& error) {
    findings.error("key file", error.what(), "restore it, or mend its owner and mode (0600)");
  }
}

void examine_private_key(const ServerConfig& config, Findings& findings) {
  if (config.private_key.empty()) return;
  try {
    (void)read_private_key(config.private_key);
    findings.good("private key", config.private_key);
  } catch (const std::exception& error) {
    findings.error("private key", error.what(), "mend its owner and mode");
  }
}

void examine_database_file(const ServerConfig& config, Findings& findings) {
  struct stat status {};
  if (::stat(config.database.c_str(), &status) != 0) {
    findings.error("database", config.database + ": " + error_text(errno), "restore a backup");
    return;
  }
  if ((status.st_mode & 077U) != 0)
    findings.warning("database", config.database + " can be read by others", "chmod 600 " + config.database);
  const std::string damage = sqlite::damage_of(config.database, true);
  if (damage.empty()) {
    findings.good("database", "sound, " + megabytes(static_cast<std::uintmax_t>(status.st_size)));
  } else {
    findings.error("database", damage, "stop the server, keep the file, and restore a backup");
  }
}

void examine_room(const ServerConfig& config, Findings& findings) {
  const std::string directory = std::filesystem::path(config.database).parent_path().string();
  struct statvfs room {};
  if (::statvfs(directory.c_str(), &room) != 0) return;
  const std::uintmax_t left = static_cast<std::uintmax_t>(room.f_bavail) * room.f_frsize;
  const std::string text = megabytes(left) + " left in " + directory;
  if (left < kNearlyNothing) {
    findings.error("disk", text, "make room: logins fail when nothing can be written");
  } else if (left < kLittle) {
    findings.warning("disk", text, "make room");
  } else {
    findings.good("disk", text);
  }
}

}  // namespace

void examine_files(const ServerConfig& config, Findings& findings) {
  examine_key_file(config, findings);
  examine_private_key(config, findings);
  if (postgres::Options::is_meant(config.database)) return;
  examine_database_file(config, findings);
  examine_room(config, findings);
}

}  // namespace toopher::server::admin
