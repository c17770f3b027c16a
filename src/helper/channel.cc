// SPDX-License-Identifier: Apache-2.0
#include "helper/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace toopher::helper {
namespace {

int poll_timeout(const Deadline& deadline, const Clock& clock) {
  return static_cast<int>(std::min<Clock::Duration::rep>(deadline.remaining(clock).count(), INT_MAX));
}

enum class Readiness { ready, timeout, interrupted, failed };

/// Waits for `events` (or an error, which the next call reports) on `fd`, or for `interruption` (-1: none) to become
/// readable.
Readiness wait_for(int fd, short events, int interruption, const Deadline& deadline, const Clock& clock) {
  for (;;) {
    std::array<pollfd, 2> items{{{fd, events, 0}, {interruption, POLLIN, 0}}};
    const int count = ::poll(items.data(), items.size(), poll_timeout(deadline, clock));
    if (count > 0) return items[0].revents != 0 ? Readiness::ready : Readiness::interrupted;
    if (count == 0 && deadline.expired(clock)) return Readiness::timeout;
    if (count < 0 && errno != EINTR) return Readiness::failed;
  }
}

}  // namespace

bool LineChannel::send(const Message& message, const Deadline& deadline) {
  const Secret line = message.to_line();
  std::string_view rest = line.view();
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0 && errno == EINTR) {
      continue;
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (wait_for(socket_.get(), POLLOUT, -1, deadline, clock_) != Readiness::ready) return false;
    } else {
      return false;
    }
  }
  return true;
}

std::optional<LineChannel::Received> LineChannel::take_line() {
  const auto end = buffer_.view().find('\n');
  if (end == std::string_view::npos) {
    if (buffer_.size() >= kMaxLine) return Received{Status::malformed, std::nullopt};
    return std::nullopt;
  }
  Received received{Status::message, Message::from_line(buffer_.view().substr(0, end))};
  if (!received.message) received.status = Status::malformed;
  buffer_ = Secret(buffer_.view().substr(end + 1));
  return received;
}

LineChannel::Received LineChannel::receive(const Deadline& deadline) {
  for (;;) {
    if (auto line = take_line()) return std::move(*line);
    Secret chunk = Secret::zeroed(1024);
    const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got > 0) {
      buffer_.append(chunk.view().substr(0, static_cast<std::size_t>(got)));
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      switch (wait_for(socket_.get(), POLLIN, interruption_.get(), deadline, clock_)) {
        case Readiness::ready:
          break;
        case Readiness::timeout:
        case Readiness::failed:
          return {Status::timeout, std::nullopt};
        case Readiness::interrupted:
          return {Status::interrupted, std::nullopt};
      }
    } else if (got == 0 || errno != EINTR) {
      return {Status::closed, std::nullopt};
    }
  }
}

}  // namespace toopher::helper
