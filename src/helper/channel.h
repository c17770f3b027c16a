// SPDX-License-Identifier: Apache-2.0
// Sending and receiving protocol lines over a stream socket, within a deadline.
#ifndef TOOPHER_HELPER_CHANNEL_H
#define TOOPHER_HELPER_CHANNEL_H

#include <optional>
#include <string>
#include <utility>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "helper/protocol.h"

namespace toopher::helper {

/// Both ends use it. Never raises SIGPIPE, never blocks past the deadline.
class LineChannel {
 public:
  enum class Status {
    message,      ///< one whole line came
    timeout,      ///< nothing whole came until the deadline
    closed,       ///< the peer is gone, or the socket failed
    interrupted,  ///< the descriptor of end_waits_with() became readable
    malformed,    ///< what came is no line of the protocol; the channel is of no use any more
  };
  struct Received {
    Status status = Status::closed;
    std::optional<Message> message;  ///< set with Status::message only
  };

  LineChannel(UniqueFd socket, const Clock& clock) : socket_(std::move(socket)), clock_(clock) {}

  /// False when the peer is gone or does not take the line until the deadline.
  [[nodiscard]] bool send(const Message& message, const Deadline& deadline);
  [[nodiscard]] Received receive(const Deadline& deadline);
  /// A line that is already buffered, or what one read without waiting completes; Status::timeout if none.
  [[nodiscard]] Received receive_available() { return receive(Deadline(Clock::TimePoint{})); }

  /// Waiting for a line ends, too, when this becomes readable; it is never read.
  void end_waits_with(UniqueFd interruption) { interruption_ = std::move(interruption); }

  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  [[nodiscard]] std::optional<Received> take_line();

  UniqueFd socket_;
  UniqueFd interruption_;  ///< may be none
  const Clock& clock_;
  Secret buffer_;
};

}  // namespace toopher::helper

#endif
