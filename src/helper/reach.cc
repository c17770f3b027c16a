// SPDX-License-Identifier: Apache-2.0
#include "helper/reach.h"

#include <pwd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <variant>

#include "base/file.h"
#include "base/text.h"
#include "config.h"
#include "helper/peer.h"

namespace toopher::helper {
namespace {

constexpr std::chrono::milliseconds kGreetingPatience{1000};

/// Why the service cannot be used; no exception, because that is the common case where it is not installed.
using Call = std::variant<LaunchError, HelperProcess>;

LaunchError no_service(const std::string& why) {
  return {failure::kInternal, std::string(kServiceSocket) + ": " + why +
                                  "; is toopher-helper.socket running? (toopher-helper(8))"};
}

/// Not blocking: a listener with a full queue is one that cannot be used now.
UniqueFd connect_to_service(int& error) {
  constexpr std::string_view kPath = kServiceSocket;
  sockaddr_un address{};
  static_assert(kPath.size() < sizeof address.sun_path);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, kPath.data(), kPath.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return socket;
  error = errno;
  return UniqueFd();
}

/// Root's directory keeps others from putting a socket there; who listens is looked at nevertheless.
std::optional<LaunchError> distrust(int socket) {
  const std::string path = kServiceSocket;
  try {
    check_directory(path.substr(0, path.rfind('/')), FileRules());
  } catch (const FileError& error) {
    return LaunchError(failure::kConfig, error.what());
  }
  const auto listener = peer_of(socket);
  if (listener && (*listener == 0 || account_name(*listener) == HELPER_USER)) return std::nullopt;
  return LaunchError(failure::kConfig, path + ": neither root nor " HELPER_USER " listens there");
}

/// Readable while a signal that asks the host to stop is blocked and pending. It is never read: the host shall get its
/// signal. Where the host ignores a signal, so do we.
UniqueFd withheld_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&signals, number);
  }
  return UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

Call call_service(const Deadline& deadline, const Clock& clock) {
  int error = 0;
  UniqueFd socket = connect_to_service(error);
  if (!socket) return no_service(error_text(error));
  if (auto reason = distrust(socket.get())) return std::move(*reason);
  HelperProcess helper(Child(), LineChannel(std::move(socket), clock));
  const Deadline greeting(std::min(deadline.at(), Deadline::after(clock, kGreetingPatience).at()));
  auto answer = await_greeting(helper.channel(), greeting);
  if (auto* reason = std::get_if<LaunchError>(&answer)) return std::move(*reason);
  return helper;
}

HelperProcess helper_of(const Way& way, const Deadline& deadline, const Clock& clock) {
  if (way.may_share) {
    Call call = call_service(deadline, clock);
    if (auto* helper = std::get_if<HelperProcess>(&call)) return std::move(*helper);
    if (::geteuid() != 0) throw std::move(std::get<LaunchError>(call));
  }
  return launch(way.config_file, deadline, clock, way.program, way.pairing_of);
}

}  // namespace

HelperProcess reach(const Way& way, const Deadline& deadline, const Clock& clock) {
  HelperProcess helper = helper_of(way, deadline, clock);
  helper.channel().end_waits_with(withheld_signals());
  return helper;
}

}  // namespace toopher::helper
