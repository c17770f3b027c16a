// SPDX-License-Identifier: Apache-2.0
// The helper as a service: callers come to one socket, each gets a session and a thread of its own, and connections to
// the server are kept between them. Sessions share nothing else.
#ifndef TOOPHER_HELPER_SERVICE_H
#define TOOPHER_HELPER_SERVICE_H

#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "client/requests.h"
#include "helper/api_pool.h"
#include "helper/caller.h"
#include "helper/file_stamps.h"
#include "helper/places.h"
#include "helper/rate_limit.h"
#include "offline/store.h"

namespace toopher::helper {

/// What the service knows when it begins.
struct ServiceSettings {
  client::Requester requester;
  std::string user_name;  ///< the configuration's pattern
  FileStamps files;       ///< of which this was made
  Clock::Duration idle;   ///< how long it stays without a session
  const offline::Store* offline =
      nullptr;  ///< null where this host keeps no offline codes; outlives the service
};

class Service {
 public:
  /// `listener` and `signals` are descriptors that stay open; `signals` becomes readable when the service shall end.
  /// Throws std::system_error where the kernel has no eventfd left, or the listener is none.
  Service(int listener, int signals, ServiceSettings&& settings, const Clock& clock);

  /// Until it was idle for long enough, was told to end, or its files have changed: whoever listens for it starts it anew
  /// with the next caller. Threads may still use this object when it returns, so the process has to end with _exit(2), and
  /// nothing may be destroyed before.
  void run() noexcept;

 private:
  /// Waits for something to happen; false when the service should end.
  [[nodiscard]] bool attend();
  /// Takes the next caller in, or turns it away; false when the files have changed and nobody is left.
  [[nodiscard]] bool answer_the_door();
  void take_in(UniqueFd socket);
  void converse(UniqueFd socket, uid_t uid) noexcept;
  [[nodiscard]] Caller caller_for(uid_t uid);
  [[nodiscard]] Clock::Duration longest_wait() const;
  void end_sessions();

  const int listener_;
  const int signals_;
  const std::string user_name_;
  const FileStamps files_;
  const Clock::Duration idle_;
  const offline::Store* const offline_;
  const Clock& clock_;
  ApiPool pool_;
  RateLimit limit_;
  Places places_;
  UniqueFd stop_;  ///< an eventfd that becomes readable for all sessions at once
  Deadline idle_end_;
  std::optional<Deadline> outdated_end_;  ///< set when the files have changed
};

/// For a helper that could not start: tells every caller why (`line` is a line of the protocol), for a few seconds, so
/// that whoever listens for it does not start it in a loop.
void turn_everybody_away(int listener, const std::string& line);

}  // namespace toopher::helper

#endif
