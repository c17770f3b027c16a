// SPDX-License-Identifier: Apache-2.0
// How the tools end: one exit status and one sentence for the person at the terminal.
#ifndef TOOPHER_TOOLS_FAILURE_H
#define TOOPHER_TOOLS_FAILURE_H

#include <stdexcept>
#include <string>

namespace toopher::tools {

namespace exit_status {
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;       ///< denied, refused, or anything not listed here
inline constexpr int kUsage = 2;        ///< the command line is wrong
inline constexpr int kUnreachable = 3;  ///< the server cannot be reached, or answers with 5xx
}  // namespace exit_status

/// what() is a sentence with what to do, safe to print.
class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& message, int status = exit_status::kFailed)
      : std::runtime_error(message), status_(status) {}
  [[nodiscard]] int status() const { return status_; }

 private:
  int status_;
};

class UsageError : public Failure {
 public:
  explicit UsageError(const std::string& message) : Failure(message, exit_status::kUsage) {}
};

/// The same may work later.
class Unreachable : public Failure {
 public:
  explicit Unreachable(const std::string& message) : Failure(message, exit_status::kUnreachable) {}
};

/// The server was reached and said no.
class Refused : public Failure {
 public:
  Refused(int http_status, const std::string& message) : Failure(message), http_status_(http_status) {}
  [[nodiscard]] int http_status() const { return http_status_; }

 private:
  int http_status_;
};

}  // namespace toopher::tools

#endif
