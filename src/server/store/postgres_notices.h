// SPDX-License-Identifier: Apache-2.0
// What other instances on the same PostgreSQL say that they changed: LISTEN on a connection and a thread of its own.
#ifndef TOOPHER_SERVER_STORE_POSTGRES_NOTICES_H
#define TOOPHER_SERVER_STORE_POSTGRES_NOTICES_H

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/unique_fd.h"
#include "server/store/postgres_link.h"

namespace toopher::server::postgres {

class Notices {
 public:
  struct Ears {
    std::function<void(std::string topic)> heard;
    /// There was no connection for a while, or is the first now: anything may have changed.
    std::function<void()> missed;
    /// From now on nothing is heard, until missed().
    std::function<void()> deaf;
  };

  /// The channel of NOTIFY.
  static constexpr const char* kChannel = "toopherd";
  /// What an instance says of a topic: its own name comes first, so that it does not listen to itself.
  static std::string payload(const std::string& instance, std::string_view topic) {
    return instance + " " + std::string(topic);
  }

  /// `options` must outlive it; `ears` are called on its thread.
  Notices(const Options& options, std::string instance, Ears ears);
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;
  ~Notices();

 private:
  void keep_listening();
  void listen(Link& link);
  void take(Link& link);
  bool pause(Clock::Duration duration) const;

  const Options& options_;
  std::string instance_;
  Ears ears_;
  UniqueFd end_;  // readable once it is to end
  std::thread thread_;
};

}  // namespace toopher::server::postgres

#endif
