// SPDX-License-Identifier: Apache-2.0
// A file in somebody's home, read with no other rights than that person's.
#ifndef TOOPHER_HELPER_USER_FILE_H
#define TOOPHER_HELPER_USER_FILE_H

#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/secret.h"

namespace toopher::helper {

struct UserFile {
  std::string path;
  Secret text;
};

/// `name` in the home directory of `account`, read by a child process that has become that account for good (groups, gid, uid),
/// while this process, which has not, only waits. The file must be regular, the account's own, in directories of the account's or
/// root's, none of them writable by group or others; no link is followed to it. Without root's rights, `account` must be
/// the caller. Nothing if there is no such file. Throws StartError; its kind is `config` where the file has to be mended.
/// Must be called before there is a second thread, and before the process holds a secret.
[[nodiscard]] std::optional<UserFile> read_user_file(const std::string& account, const std::string& name,
                                                     const Deadline& deadline, const Clock& clock);

}  // namespace toopher::helper

#endif
