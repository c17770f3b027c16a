// SPDX-License-Identifier: Apache-2.0
// The module and the helper, installed in a directory of this run for logins through libpam; and what they logged and showed.
//
// The module believes the caller's own files only in an unprivileged process, so a test that was started by root goes on
// as nobody, with copies of module and helper that nobody may read.
#ifndef TOOPHER_TESTS_PAM_INSTALLATION_H
#define TOOPHER_TESTS_PAM_INSTALLATION_H

#include <sys/types.h>

#include <string>
#include <vector>

namespace installation {

extern std::string directory;  ///< of this run; removed at the end
extern std::vector<std::string> logged;
extern std::vector<std::string> shown;
extern std::string typed;  ///< at every prompt
extern unsigned
    requested_delay;  ///< microseconds that the host would wait after a failure; nobody waits here

/// For cmocka: makes the directory and becomes nobody for good; removes it.
int set_up(void** state);
int tear_down(void** state);

std::string module_path();
std::string helper_path();
std::string config_path();
std::string credentials_path();
std::string user_name();

void write(const std::string& path, const std::string& text, mode_t mode = 0600);
/// A good configuration but for the server: nothing listens on port 1.
std::string good_config();
/// Puts good files in place.
void restore();

/// Runs `calls` authentications on one handle; the code of the last. `arguments` are the module's; `helper=` unless given.
int authenticate(const std::string& arguments, const std::string& user, int calls = 1);

}  // namespace installation

#endif
