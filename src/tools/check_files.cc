// SPDX-License-Identifier: Apache-2.0
#include "tools/check_files.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.h"
#include "config.h"
#include "config/credentials.h"
#include "config/ini.h"

namespace toopher::tools {
namespace {

std::string octal(mode_t mode) {
  std::string digits;
  for (mode &= 07777; mode != 0; mode >>= 3)
    digits.insert(digits.begin(), static_cast<char>('0' + (mode & 7)));
  return std::string(4 - std::min<std::size_t>(digits.size(), 4), '0') + digits;
}

std::string user_name(uid_t uid) {
  const passwd* const entry = ::getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): one thread
  return entry == nullptr ? "uid " + std::to_string(uid) : std::string(entry->pw_name);
}

/// What is wrong with one file, directory or link.
class Inspection {
 public:
  Inspection(Findings& findings, Area area, const FileRules& rules)
      : findings_(findings), area_(area), rules_(rules) {}

  [[nodiscard]] bool passed() const { return passed_; }

  void error(std::string what, std::string what_to_do) {
    passed_ = false;
    findings_.error(area_, std::move(what), std::move(what_to_do));
  }

  void owner(const std::string& path, const struct stat& status) {
    if (status.st_uid == 0 || status.st_uid == rules_.owner) return;
    error(path + " belongs to " + user_name(status.st_uid) + ", who can change it; it must be root's",
          std::string(S_ISLNK(status.st_mode) ? "chown -h root " : "chown root ") + shell_quoted(path));
  }

  void directory(const std::string& path, const struct stat& status) {
    owner(path, status);
    const bool sticky = status.st_uid == 0 && (status.st_mode & S_ISVTX) != 0;
    if (!sticky) return not_writable(path, status);
    if (!rules_.sticky_parents)
      error("everybody may write in " + path, "Put the files into a directory of root's.");
  }

  void file(const std::string& path, const struct stat& status) {
    if (S_ISLNK(status.st_mode))
      return error(path + " is a symbolic link, and the module follows none here",
                   "Put the file itself there, or name the file that the link leads to.");
    if (!S_ISREG(status.st_mode)) return error(path + " is not a regular file", "Put a file there.");
    owner(path, status);
    not_writable(path, status);
    if (rules_.secret) not_readable(path, status);
  }

  void parents(const std::string& path) {
    try {
      walk_parents(path, [this](const std::string& at, const struct stat& status) {
        if (S_ISLNK(status.st_mode)) {
          owner(at, status);
        } else {
          directory(at, status);
        }
      });
    } catch (const FileError& problem) {
      error(problem.what(), "Make the way to " + path + " passable.");
    }
  }

  /// The rules are those of base/file.h; what its code does not believe must not be called fine here.
  void believed(const std::string& path) {
    if (!passed_) return;
    try {
      (void)open_checked(path, rules_);
    } catch (const FileError& problem) {
      error(problem.what(), "See toopher.conf(5).");
    }
  }

 private:
  void not_writable(const std::string& path, const struct stat& status) {
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
    error(path + " may be written by group or others (mode " + octal(status.st_mode) + ")",
          "chmod go-w " + shell_quoted(path));
  }

  void not_readable(const std::string& path, const struct stat& status) {
    const bool group_may = rules_.reader_group && *rules_.reader_group == status.st_gid;
    const mode_t forbidden = group_may ? S_IRWXO : (S_IRWXO | S_IRWXG);
    if ((status.st_mode & forbidden) == 0) return;
    error(path + " holds a secret but may be read by others (mode " + octal(status.st_mode) + ")",
          "chmod 600 " + shell_quoted(path));
  }

  Findings& findings_;
  Area area_;
  const FileRules& rules_;
  bool passed_ = true;
};

bool is_hashed_name(std::string_view name) {
  const auto dot = name.find('.');
  return dot == 8 && std::all_of(name.begin(), name.begin() + 8,
                                 [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool has_authorities(const std::string& path) {
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) return false;
  while (const dirent* const entry = ::readdir(directory.get()))  // NOLINT(concurrency-mt-unsafe): one thread
    if (is_hashed_name(entry->d_name)) return true;
  return false;
}

std::string what_is_missing_here(const std::string& path, int error) {
  if (error == ENOENT) return path + " does not exist";
  return path + " cannot be looked at: " + error_text(error);
}

}  // namespace

std::string shell_quoted(const std::string& path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+@").find(c) != std::string_view::npos;
  });
  if (plain) return path;
  std::string quoted = "'";
  for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

bool check_file(Findings& findings, Area area, const std::string& path, const FileRules& rules,
                const std::string& how_to_make) {
  Inspection inspection(findings, area, rules);
  struct stat status {};
  if (!path.starts_with('/')) {
    inspection.error(path + " is no absolute path", "Write the path from / on.");
  } else if (::lstat(path.c_str(), &status) != 0) {
    const int error = errno;
    inspection.error(what_is_missing_here(path, error),
                     error == EACCES ? "Run toopher-check as root." : how_to_make);
  } else {
    inspection.file(path, status);
    inspection.parents(path);
    inspection.believed(path);
  }
  return inspection.passed();
}

bool check_directory_of(Findings& findings, Area area, const std::string& path, const FileRules& rules) {
  Inspection inspection(findings, area, rules);
  inspection.parents(path + "/");
  return inspection.passed();
}

const config::Config* Configurations::look_at(const std::string& file) {
  auto known = known_.find(file);
  if (known == known_.end()) {
    known = known_.emplace(file, read(file)).first;
    if (known->second) {
      check_credentials(known->second->api.credential_file);
      check_authorities(known->second->api);
    }
  }
  return known->second ? &*known->second : nullptr;
}

std::optional<config::Config> Configurations::read(const std::string& file) {
  const FileRules rules = rules_for_this_process();
  if (!check_file(findings_, Area::files, file, rules)) return std::nullopt;
  try {
    const Secret text = read_checked(file, rules);
    config::Config config = config::parse_config(text.view(), file);
    const auto entries = config::parse_ini(text.view(), file);
    if (std::none_of(entries.begin(), entries.end(),
                     [](const config::IniEntry& entry) { return entry.key == "failure-policy"; }))
      some_without_failure_policy_ = true;
    findings_.ok(Area::files, file + " is understood");
    return config;
  } catch (const std::exception& problem) {
    findings_.error(Area::files, problem.what(),
                    "Mend it; until then everybody who needs the module is denied, exempt users too.");
    return std::nullopt;
  }
}

void Configurations::check_credentials(const std::string& file) {
  FileRules rules = rules_for_this_process();
  rules.secret = true;
  if (const passwd* const helper = ::getpwnam(HELPER_USER))  // NOLINT(concurrency-mt-unsafe): one thread
    rules.reader_group = helper->pw_gid;
  if (!check_file(findings_, Area::files, file, rules)) return;
  try {
    (void)config::parse_credentials(read_checked(file, rules).view(), file);
    findings_.ok(Area::files, file + " has key and secret, and nobody else can read it");
  } catch (const std::exception& problem) {
    findings_.error(Area::files, problem.what(),
                    "Write the lines \"key = ...\" and \"secret = ...\" that toopherd --init printed.");
  }
}

void Configurations::check_authorities(const config::Api& api) {
  const bool tls = std::any_of(api.base_urls.begin(), api.base_urls.end(), [](const std::string& url) {
    return to_lower_ascii(url).starts_with("https:");
  });
  const FileRules rules = rules_for_this_process();
  if (!api.ca_file.empty()) {
    if (check_file(findings_, Area::files, api.ca_file, rules))
      findings_.ok(Area::files, api.ca_file + " (ca-file) is in order");
  } else if (tls && check_directory_of(findings_, Area::files, api.ca_path, rules)) {
    if (has_authorities(api.ca_path)) {
      findings_.ok(Area::files, api.ca_path + " (ca-path) has certificate authorities");
    } else {
      findings_.error(Area::files,
                      api.ca_path + " (ca-path) has no hashed certificates, so no server is believed",
                      "Install the package ca-certificates, run \"openssl rehash " +
                          shell_quoted(api.ca_path) + "\", or name a ca-file.");
    }
  }
  if (!api.crl_file.empty() && check_file(findings_, Area::files, api.crl_file, rules))
    findings_.ok(Area::files, api.crl_file + " (crl-file) is in order");
}

}  // namespace toopher::tools
