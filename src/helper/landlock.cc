// SPDX-License-Identifier: Apache-2.0
#include "helper/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/text.h"
#include "base/unique_fd.h"
#include "helper/protocol.h"
#include "helper/start.h"

namespace toopher::helper {
namespace {

// Younger than the headers of the oldest supported system (ABI 2 and 3).
constexpr std::uint64_t kRefer = 1U << 13;
constexpr std::uint64_t kTruncate = 1U << 14;

constexpr std::uint64_t kRegularFiles =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;
constexpr std::uint64_t kAllChanges =
    kRegularFiles | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

void expect(bool done, const char* step) {
  if (!done)
    throw StartError(failure::kInternal,
                     std::string("toopher-helper: landlock: ") + step + " failed: " + error_text(errno));
}

}  // namespace

bool fence_file_system(const std::string& writable_directory) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  const std::uint64_t younger = (abi >= 2 ? kRefer : 0) | (abi >= 3 ? kTruncate : 0);
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = kAllChanges | younger;
  const UniqueFd rules(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  expect(static_cast<bool>(rules), "create_ruleset");
  if (!writable_directory.empty()) {
    const UniqueFd directory(::open(writable_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    expect(static_cast<bool>(directory), writable_directory.c_str());
    landlock_path_beneath_attr beneath{};
    beneath.allowed_access = kRegularFiles | (younger & kTruncate);
    beneath.parent_fd = directory.get();
    expect(::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0,
           "add_rule");
  }
  expect(::syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0, "restrict_self");
  return true;
}

}  // namespace toopher::helper
