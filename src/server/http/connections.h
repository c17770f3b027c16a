// SPDX-License-Identifier: Apache-2.0
// All connections of a listener: by what each of them waits for, and how many come from where.
#ifndef TOOPHER_SERVER_HTTP_CONNECTIONS_H
#define TOOPHER_SERVER_HTTP_CONNECTIONS_H

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "server/http/limits.h"

namespace toopher::server {

class Session;

/// What a connection does. Each but `answering` and `closing` has a time limit of its own.
enum class Phase {
  handshaking,  ///< agrees on TLS
  idle,         ///< between two requests
  reading,      ///< a request has begun
  answering,    ///< the handler has it; it may be parked
  writing,      ///< the answer is on its way
  lingering,    ///< refused; what still comes is thrown away, so that the answer arrives
  closing       ///< closed; its coroutine does not know yet
};
inline constexpr std::size_t kPhases = 7;

/// How long a refused client may go on sending.
inline constexpr std::chrono::seconds kLingering{2};

/// A session's place in the lists.
struct Standing {
  Phase phase = Phase::handshaking;
  std::chrono::steady_clock::time_point since;
  std::list<Session*>::iterator place;
};

/// Belongs to one loop. Within a phase sessions stand in the order in which they entered it: the first is overdue first.
class Connections {
 public:
  void add(Session& session, const std::string& address_key);
  void remove(Session& session, const std::string& address_key);
  void move(Session& session, Phase phase);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t in(Phase phase) const { return list(phase).size(); }

  /// The one that has had nothing to say for the longest time; nullptr if all are at work. An idle one goes before one that
  /// has begun, unfinished requests and handshakes before none.
  [[nodiscard]] Session* longest_idle() const;
  /// Calls `cut` for each whose time is over.
  void cut_overdue(const Limits& limits, const std::function<void(Session&)>& cut);
  void for_each(Phase phase, const std::function<void(Session&)>& visit);

  /// Connections of an address, and requests that a proxy brought from there.
  void count(const std::string& address_key) { ++of_address_[address_key]; }
  void uncount(const std::string& address_key);
  [[nodiscard]] std::size_t of_address(const std::string& address_key) const;

 private:
  [[nodiscard]] std::list<Session*>& list(Phase phase) { return lists_.at(static_cast<std::size_t>(phase)); }
  [[nodiscard]] const std::list<Session*>& list(Phase phase) const {
    return lists_.at(static_cast<std::size_t>(phase));
  }

  std::array<std::list<Session*>, kPhases> lists_;
  std::size_t size_ = 0;
  std::unordered_map<std::string, std::size_t> of_address_;
};

}  // namespace toopher::server

#endif
