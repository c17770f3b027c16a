// SPDX-License-Identifier: Apache-2.0
#include "server/store/postgres_notices.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "server/store/trouble.h"

namespace toopher::server::postgres {

namespace {

constexpr Clock::Duration kHeartbeat{5000};  // how long a silent connection is believed to live
constexpr Clock::Duration kPatience{5000};
constexpr Clock::Duration kFirstPause{100};
constexpr Clock::Duration kLongestPause{2000};

struct NotifyDeleter {
  void operator()(PGnotify* notify) const { PQfreemem(notify); }
};

UniqueFd new_event() {
  UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  if (!event) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}

}  // namespace

Notices::Notices(const Options& options, std::string instance, Ears ears)
    : options_(options),
      instance_(std::move(instance)),
      ears_(std::move(ears)),
      end_(new_event()),
      thread_([this] { keep_listening(); }) {}

Notices::~Notices() {
  const std::uint64_t one = 1;
  while (::write(end_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
}

void Notices::keep_listening() {
  Trouble trouble("other instances", "heard again");
  for (Clock::Duration wait = kFirstPause;; wait = std::min(wait * 2, kLongestPause)) {
    try {
      Link link(options_);
      (void)link.execute(std::string("LISTEN ") + kChannel, kPatience);
      trouble.over();
      wait = kFirstPause;
      ears_.missed();
      listen(link);
      return;
    } catch (const StoreError& error) {
      ears_.deaf();
      trouble.begins(error.what());
    }
    if (!pause(wait)) return;
  }
}

/// Returns when it is to end. Throws Lost.
void Notices::listen(Link& link) {
  const SteadyClock clock;
  for (;;) {
    const bool said_something = link.wait_readable(Deadline::after(clock, kHeartbeat), end_.get());
    if (!pause(Clock::Duration::zero())) return;
    // A network that swallows everything is noticed only by asking.
    if (!said_something) (void)link.execute("SELECT 1", kPatience);
    if (PQconsumeInput(link.handle()) != 1) throw Lost("the connection was lost");
    take(link);
  }
}

void Notices::take(Link& link) {
  while (const std::unique_ptr<PGnotify, NotifyDeleter> notify{PQnotifies(link.handle())}) {
    const std::string_view said = notify->extra;
    const auto end = said.find(' ');
    if (end == std::string_view::npos || said.substr(0, end) == instance_) continue;
    ears_.heard(std::string(said.substr(end + 1)));
  }
}

/// False if it is to end meanwhile.
bool Notices::pause(Clock::Duration duration) const {
  pollfd polled{end_.get(), POLLIN, 0};
  return ::poll(&polled, 1, static_cast<int>(duration.count())) <= 0;
}

}  // namespace toopher::server::postgres
