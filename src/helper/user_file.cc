// SPDX-License-Identifier: Apache-2.0
#include "helper/user_file.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <exception>
#include <vector>

#include "base/file.h"
#include "base/spawn.h"
#include "base/text.h"
#include "helper/protocol.h"
#include "helper/start.h"

namespace toopher::helper {
namespace {

constexpr std::size_t kMaxFileBytes = 16'384;
constexpr std::size_t kMaxGroups = 65536;  // NGROUPS_MAX
/// What the child says first; an end without it is a failure.
enum Tag : char { kText = 'T', kMissing = 'M', kWrong = 'W', kFailed = 'F' };

struct Owner {
  Identity identity;
  std::vector<gid_t> groups;
  std::string home;
};

[[noreturn]] void fail(const std::string& what) {
  throw StartError(failure::kInternal, what);
}

Owner find_owner(const std::string& account) {
  std::vector<char> buffer(65'536);
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwnam_r(account.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr)
    fail("the account " + account + " cannot be looked up" + (error == 0 ? "" : ": " + error_text(error)));
  Owner owner{{entry.pw_uid, entry.pw_gid}, std::vector<gid_t>(64), entry.pw_dir};
  for (;;) {
    int count = static_cast<int>(owner.groups.size());
    const bool done = ::getgrouplist(account.c_str(), entry.pw_gid, owner.groups.data(), &count) >= 0;
    if (done) owner.groups.resize(static_cast<std::size_t>(count));
    if (done) return owner;
    if (owner.groups.size() >= kMaxGroups) fail("the account " + account + " is in too many groups");
    owner.groups.resize(owner.groups.size() * 4);
  }
}

/// The caller's socket is none of the account's business.
void keep_only(int fd) {
  const auto number = static_cast<unsigned>(fd);
  if (::close_range(0, number - 1, 0) != 0 || ::close_range(number + 1, ~0U, 0) != 0)
    fail("close_range failed: " + error_text(errno));
}

void become(const Owner& owner) {
  if (::geteuid() != 0) {
    if (::getuid() != owner.identity.uid)
      throw StartError(failure::kConfig, "only root may read " + owner.home + " for its owner");
  } else if (owner.identity.uid != 0) {
    assume(owner.identity, owner.groups);
  }
  renounce_privileges();
}

/// Where the home itself is missing, because nothing is mounted there, nobody can tell that the file is. Debian Policy 9.2.3
/// names a home that no account has.
bool home_is_missing(const std::string& home) {
  const UniqueFd found(::open(home.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return !found && home != "/nonexistent";
}

Secret read_own(const std::string& path, uid_t owner) {
  FileRules rules;
  rules.owner = owner;
  rules.max_bytes = kMaxFileBytes;
  rules.sticky_parents = owner != 0 && caller_may_own_files();
  const UniqueFd file = open_checked(path, rules);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || status.st_uid != owner)
    throw FileError(FileError::Kind::unsafe, path + ": belongs to uid " + std::to_string(status.st_uid) +
                                                 ", but must belong to uid " + std::to_string(owner));
  return read_all(file.get(), path, rules.max_bytes);
}

void put(int pipe, Tag tag, std::string_view text) {
  Secret all(std::string_view(reinterpret_cast<const char*>(&tag), 1));
  all.append(text);
  std::string_view rest = all.view();
  while (!rest.empty()) {
    const ssize_t written = ::write(pipe, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The child's whole life.
void tell(int pipe, const Owner& owner, const std::string& path) noexcept {
  try {
    keep_only(pipe);
    become(owner);
    put(pipe, kText, read_own(path, owner.identity.uid).view());
  } catch (const FileError& error) {
    const bool missing = error.kind() == FileError::Kind::missing;
    if (missing && home_is_missing(owner.home)) return put(pipe, kWrong, owner.home + ": does not exist");
    put(pipe, missing ? kMissing : kWrong, error.what());
  } catch (const StartError& error) {
    put(pipe, error.kind() == failure::kConfig ? kWrong : kFailed, error.what());
  } catch (const std::exception& error) {
    put(pipe, kFailed, error.what());
  } catch (...) {
    put(pipe, kFailed, "unknown error");
  }
}

/// What the child wrote until its end; it must not write more than a file and a tag.
Secret hear(int pipe, const std::string& path, const Deadline& deadline, const Clock& clock) {
  Secret heard;
  for (;;) {
    Secret chunk = Secret::zeroed(4096);
    pollfd item{pipe, POLLIN, 0};
    const auto left = std::min<Clock::Duration::rep>(deadline.remaining(clock).count(), INT_MAX);
    const int ready = ::poll(&item, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) fail("reading " + path + " took too long");
    const ssize_t got = ::read(pipe, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("reading " + path + " failed: " + error_text(errno));
    if (got == 0) return heard;
    heard.append(chunk.view().substr(0, static_cast<std::size_t>(got)));
    if (heard.size() > kMaxFileBytes + 1) fail("reading " + path + " brought too much");
  }
}

}  // namespace

std::optional<UserFile> read_user_file(const std::string& account, const std::string& name,
                                       const Deadline& deadline, const Clock& clock) {
  const Owner owner = find_owner(account);
  const std::string path = owner.home + "/" + name;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2 failed: " + error_text(errno));
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) fail("fork failed: " + error_text(errno));
  if (pid == 0) {
    tell(theirs.get(), owner, path);
    ::_exit(0);
  }
  const Child child(pid);  // killed if it still runs at the end of this function
  theirs.reset();
  const Secret heard = hear(ours.get(), path, deadline, clock);
  if (heard.empty()) fail("the process that reads " + path + " ended before it had");
  const std::string_view text = heard.view().substr(1);
  if (heard.view().front() == kText) return UserFile{path, Secret(text)};
  if (heard.view().front() == kMissing) return std::nullopt;
  throw StartError(heard.view().front() == kWrong ? failure::kConfig : failure::kInternal, std::string(text));
}

}  // namespace toopher::helper
