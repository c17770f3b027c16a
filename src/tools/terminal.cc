// SPDX-License-Identifier: Apache-2.0
#include "tools/terminal.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "base/text.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

constexpr std::size_t kLongestLine = 1024;

}  // namespace

void say(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

void complain(const std::string& text) {
  (void)std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, text.c_str());
}

int exit_status_of(int (*run)(int argc, char** argv), int argc, char** argv) noexcept {
  try {
    return run(argc, argv);
  } catch (const Failure& failure) {
    complain(failure.what());
    return failure.status();
  } catch (const std::exception& error) {
    complain(error.what());
    return exit_status::kFailed;
  }
}

LineInput::Read LineInput::take_line() {
  if (buffer_.find('\n') == std::string::npos && !ended_) {
    char bytes[256];
    const ssize_t got = ::read(fd(), bytes, sizeof bytes);
    if (got > 0) buffer_.append(bytes, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
  }
  return take_buffered_line();
}

LineInput::Read LineInput::take_buffered_line() {
  const std::size_t end = buffer_.find('\n');
  if (end == std::string::npos) {
    if (buffer_.size() > kLongestLine) throw Failure("The line that was typed is too long.");
    return {ended_ ? Status::end : Status::nothing_yet, {}};
  }
  std::string line(trim(std::string_view(buffer_).substr(0, end)));
  buffer_.erase(0, end + 1);
  return {Status::line, std::move(line)};
}

std::optional<std::string> LineInput::wait_for_line() {
  for (;;) {
    Read read = take_line();
    if (read.status == Status::line) return std::move(read.line);
    if (read.status == Status::end) return std::nullopt;
  }
}

void LineInput::discard_typed() {
  if (!is_terminal()) return;
  buffer_.clear();
  (void)::tcflush(fd(), TCIFLUSH);
}

bool LineInput::is_terminal() const {
  return ::isatty(fd()) == 1;
}

int LineInput::fd() const {
  return STDIN_FILENO;
}

std::optional<std::string> ask(LineInput& input, const std::string& question) {
  say(question);
  std::optional<std::string> line = input.wait_for_line();
  if (!line) say("\n");
  return line;
}

std::optional<bool> yes_or_no(const std::string& typed) {
  const std::string answer = to_lower_ascii(typed);
  if (answer == "y" || answer == "yes") return true;
  if (answer.empty() || answer == "n" || answer == "no") return false;
  return std::nullopt;
}

SignalWatch::SignalWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) throw Failure("Signals cannot be watched.");
  fd_.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw Failure("Signals cannot be watched: " + error_text(errno));
}

bool SignalWatch::came() const {
  pollfd polled{fd_.get(), POLLIN, 0};
  return ::poll(&polled, 1, 0) > 0;
}

}  // namespace toopher::tools
