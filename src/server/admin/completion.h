// SPDX-License-Identifier: Apache-2.0
// What a shell offers for the word that is being typed.
#ifndef TOOPHER_SERVER_ADMIN_COMPLETION_H
#define TOOPHER_SERVER_ADMIN_COMPLETION_H

#include <string>
#include <vector>

namespace toopher::server::admin {

/// `words` are those of the command line behind the program's name; the last one, which may be empty, is being typed. Names
/// come from the running server; where that does not answer there are none. Never throws.
std::vector<std::string> completions(const std::vector<std::string>& words) noexcept;

}  // namespace toopher::server::admin

#endif
