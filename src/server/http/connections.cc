// SPDX-License-Identifier: Apache-2.0
#include "server/http/connections.h"

#include <optional>

#include "server/http/session.h"

namespace toopher::server {

namespace {

std::optional<std::chrono::seconds> time_for(Phase phase, const Limits& limits) {
  switch (phase) {
    case Phase::handshaking:
      return limits.handshake_timeout;
    case Phase::idle:
      return limits.idle_timeout;
    case Phase::reading:
      return limits.read_timeout;
    case Phase::writing:
      return limits.write_timeout;
    case Phase::lingering:
      return kLingering;
    case Phase::answering:
    case Phase::closing:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Connections::add(Session& session, const std::string& address_key) {
  auto& first = list(Phase::handshaking);
  session.standing() = {Phase::handshaking, std::chrono::steady_clock::now(),
                        first.insert(first.end(), &session)};
  ++size_;
  count(address_key);
}

void Connections::remove(Session& session, const std::string& address_key) {
  list(session.standing().phase).erase(session.standing().place);
  --size_;
  uncount(address_key);
}

void Connections::move(Session& session, Phase phase) {
  Standing& standing = session.standing();
  auto& target = list(phase);
  target.splice(target.end(), list(standing.phase), standing.place);
  standing.phase = phase;
  standing.since = std::chrono::steady_clock::now();
}

Session* Connections::longest_idle() const {
  if (const auto& idle = list(Phase::idle); !idle.empty()) return idle.front();
  const auto& beginning = list(Phase::handshaking);
  const auto& reading = list(Phase::reading);
  if (beginning.empty()) return reading.empty() ? nullptr : reading.front();
  if (reading.empty()) return beginning.front();
  return beginning.front()->standing().since < reading.front()->standing().since ? beginning.front()
                                                                                 : reading.front();
}

void Connections::cut_overdue(const Limits& limits, const std::function<void(Session&)>& cut) {
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < kPhases; ++i) {
    const auto time = time_for(static_cast<Phase>(i), limits);
    auto& sessions = lists_.at(i);
    while (time && !sessions.empty() && now - sessions.front()->standing().since >= *time) {
      cut(*sessions.front());  // moves it to another list
    }
  }
}

void Connections::for_each(Phase phase, const std::function<void(Session&)>& visit) {
  for (auto place = list(phase).begin(); place != list(phase).end();) visit(**place++);
}

void Connections::uncount(const std::string& address_key) {
  const auto place = of_address_.find(address_key);
  if (place != of_address_.end() && --place->second == 0) of_address_.erase(place);
}

std::size_t Connections::of_address(const std::string& address_key) const {
  const auto place = of_address_.find(address_key);
  return place == of_address_.end() ? 0 : place->second;
}

}  // namespace toopher::server
