// SPDX-License-Identifier: Apache-2.0
// Asking a person at the terminal, and not taking what was typed for another question as the answer.
#ifndef TOOPHER_TOOLS_TERMINAL_H
#define TOOPHER_TOOLS_TERMINAL_H

#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace toopher::tools {

/// Standard output, at once: others read along through pipes.
void say(const std::string& text);
/// Standard error, one line, the program's name first.
void complain(const std::string& text);

/// A tool's main: what `run` returns, or the status of the Failure that it threw, which is said.
int exit_status_of(int (*run)(int argc, char** argv), int argc, char** argv) noexcept;

/// Lines of standard input.
class LineInput {
 public:
  enum class Status { line, nothing_yet, end };
  struct Read {
    Status status = Status::end;
    std::string line;  ///< without its line feed, trimmed
  };

  /// One whole line if there is one; reads at most once, so it does not block where poll() said readable.
  Read take_line();
  /// As take_line(), without reading.
  Read take_buffered_line();
  /// The next line, waiting for it; nothing at the end of the input.
  std::optional<std::string> wait_for_line();
  /// Forgets what was typed so far and not yet taken (at a terminal; a pipe's content was not typed for
  /// anything).
  void discard_typed();
  [[nodiscard]] bool is_terminal() const;
  [[nodiscard]] int fd() const;

 private:
  std::string buffer_;
  bool ended_ = false;
};

/// Prints `question` and waits for a line; nothing at the end of the input.
std::optional<std::string> ask(LineInput& input, const std::string& question);

/// y or yes: true; n, no or nothing typed: false; nothing for anything else.
std::optional<bool> yes_or_no(const std::string& typed);

/// INT, TERM and HUP as a descriptor that becomes readable; blocked for as long as it lives.
class SignalWatch {
 public:
  SignalWatch();
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Whether one of them came.
  [[nodiscard]] bool came() const;

 private:
  UniqueFd fd_;
};

}  // namespace toopher::tools

#endif
