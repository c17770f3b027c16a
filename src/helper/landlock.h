// SPDX-License-Identifier: Apache-2.0
// landlock(7): beside file modes, a second fence around what the helper may change in the file system.
#ifndef TOOPHER_HELPER_LANDLOCK_H
#define TOOPHER_HELPER_LANDLOCK_H

#include <string>

namespace toopher::helper {

/// From now on this thread and those it starts change nothing in the file system but regular files below
/// `writable_directory` ("": nothing at all), and execute nothing. Reading is left to file modes. False where the kernel
/// has no Landlock. Needs no_new_privs. Throws StartError.
bool fence_file_system(const std::string& writable_directory);

}  // namespace toopher::helper

#endif
