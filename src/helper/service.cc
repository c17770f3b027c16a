// SPDX-License-Identifier: Apache-2.0
#include "helper/service.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <system_error>
#include <thread>

#include "config/config.h"
#include "helper/answers.h"
#include "helper/channel.h"
#include "helper/peer.h"
#include "helper/session.h"

namespace toopher::helper {
namespace {

constexpr Clock::Duration kGreetingPatience{1000};
/// Sessions withdraw a pending push within a second.
constexpr Clock::Duration kFarewell{1500};
/// After a change of the files: how long a session may still go on.
constexpr std::chrono::seconds kOutdated{60};
/// Without memory or descriptors nobody can be taken in, however often it is tried.
constexpr Clock::Duration kBreath{100};
/// Below the start limit of systemd.unit(5), five times in ten seconds.
constexpr std::chrono::seconds kTurnAway{5};

int timeout_ms(Clock::Duration duration) {
  return static_cast<int>(std::clamp<Clock::Duration::rep>(duration.count(), 0, INT_MAX));
}

UniqueFd next_caller(int listener) {
  UniqueFd socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  const bool nobody = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED;
  if (!socket && !nobody) (void)::poll(nullptr, 0, timeout_ms(kBreath));
  return socket;
}

void never_block(int listener) {
  const int flags = ::fcntl(listener, F_GETFL);
  if (flags < 0 || ::fcntl(listener, F_SETFL, flags | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "the listening socket");
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0)
    throw std::system_error(errno, std::generic_category(), "gethostname");
  return name.data();
}

UniqueFd make_eventfd() {
  UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

}  // namespace

Service::Service(int listener, int signals, ServiceSettings&& settings, const Clock& clock)
    : listener_(listener),
      signals_(signals),
      user_name_(std::move(settings.user_name)),
      files_(std::move(settings.files)),
      idle_(settings.idle),
      offline_(settings.offline),
      clock_(clock),
      pool_(std::move(settings.requester), clock),
      limit_(clock),
      stop_(make_eventfd()),
      idle_end_(Deadline::after(clock, idle_)) {
  never_block(listener_);
}

void Service::run() noexcept {
  while (attend()) {
  }
  end_sessions();
}

Clock::Duration Service::longest_wait() const {
  if (places_.taken() == 0) return idle_end_.remaining(clock_);
  return outdated_end_ ? outdated_end_->remaining(clock_) : std::chrono::hours(1);
}

bool Service::attend() {
  std::array<pollfd, 3> events{
      {{listener_, POLLIN, 0}, {signals_, POLLIN, 0}, {places_.given_back(), POLLIN, 0}}};
  if (::poll(events.data(), events.size(), timeout_ms(longest_wait())) < 0 && errno != EINTR) return false;
  if (events[1].revents != 0) return false;
  if (events[2].revents != 0) {
    places_.note();
    idle_end_ = Deadline::after(clock_, idle_);
  }
  if (events[0].revents != 0) return answer_the_door();
  if (places_.taken() == 0) return !outdated_end_ && !idle_end_.expired(clock_);
  return !outdated_end_ || !outdated_end_->expired(clock_);
}

bool Service::answer_the_door() {
  if (!outdated_end_ && files_.changed()) outdated_end_ = Deadline::after(clock_, kOutdated);
  // Whoever rings without end does not keep it from being made anew.
  if (outdated_end_ && (places_.taken() == 0 || outdated_end_->expired(clock_))) return false;
  UniqueFd socket = next_caller(listener_);
  if (socket && !outdated_end_) take_in(std::move(socket));
  return true;
}

void Service::take_in(UniqueFd socket) {
  try {
    const auto uid = peer_of(socket.get());
    auto place = uid ? places_.take(*uid) : std::nullopt;
    if (!place) return;
    std::thread([this, held = std::move(*place), their = std::move(socket), who = *uid]() mutable {
      const Places::Place until_the_end(std::move(held));
      converse(std::move(their), who);
    }).detach();
  } catch (const std::exception&) {  // neither threads nor memory
    (void)::poll(nullptr, 0, timeout_ms(kBreath));
  }
}

void Service::converse(UniqueFd socket, uid_t uid) noexcept {
  try {
    LineChannel channel(std::move(socket), clock_);
    const Deadline greeting = Deadline::after(clock_, kGreetingPatience);
    try {
      Caller caller = caller_for(uid);
      if (!channel.send(Message(verb::kReady).set("version", kVersion), greeting)) return;
      const ApiPool::Lease api = pool_.borrow();
      Session(channel, stop_.get(), *api, std::move(caller), offline_, clock_).run();
    } catch (const std::exception& error) {
      (void)channel.send(failed(failure::kInternal, error.what()), greeting);
    }
  } catch (...) {
    (void)std::fputs("toopher-helper: a session ended without memory\n", stderr);
  }
}

Caller Service::caller_for(uid_t uid) {
  if (uid == 0) return Caller::trusted();
  auto name = account_name(uid);
  if (!name) throw std::runtime_error("uid " + std::to_string(uid) + " has no account");
  std::string user = config::expand_user_name(user_name_, *name, host_name());
  return Caller::account(uid, std::move(*name), std::move(user), limit_);
}

void Service::end_sessions() {
  (void)::eventfd_write(stop_.get(), 1);
  const Deadline farewell = Deadline::after(clock_, kFarewell);
  while (places_.taken() != 0 && !farewell.expired(clock_)) {
    pollfd ended{places_.given_back(), POLLIN, 0};
    (void)::poll(&ended, 1, timeout_ms(farewell.remaining(clock_)));
    places_.note();
  }
}

void turn_everybody_away(int listener, const std::string& line) {
  const SteadyClock clock;
  never_block(listener);
  for (const Deadline end = Deadline::after(clock, kTurnAway); !end.expired(clock);) {
    pollfd door{listener, POLLIN, 0};
    (void)::poll(&door, 1, timeout_ms(end.remaining(clock)));
    const UniqueFd socket = next_caller(listener);
    if (socket) (void)::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
}

}  // namespace toopher::helper
