// SPDX-License-Identifier: Apache-2.0
// Running a program of the operator to its end, without a shell.
#ifndef TOOPHER_SERVER_RUN_PROGRAM_H
#define TOOPHER_SERVER_RUN_PROGRAM_H

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace toopher::server {

struct Program {
  std::string path;                    ///< absolute
  std::vector<std::string> arguments;  ///< without the program's name
  std::string_view input;              ///< what it reads from its standard input
  std::chrono::milliseconds limit;     ///< then it is killed, with what it started in its process group
};

/// "" if it ended with status 0, else why not, for the log ("ended with status 3"). Its environment has PATH only; what it
/// says on its standard error goes to this process's. Blocks; safe from every thread.
std::string run_program(const Program& program);

}  // namespace toopher::server

#endif
