// SPDX-License-Identifier: Apache-2.0
// toopher-helper --config FILE: the part of a login that holds credentials and talks to the network. Started by the PAM
// module and the tools with a socket as descriptors 0 and 1; see protocol.h.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "base/file.h"
#include "config/ini.h"
#include "helper/answers.h"
#include "helper/sandbox.h"
#include "helper/session.h"
#include "helper/settings.h"
#include "helper/start.h"

namespace toopher::helper {
namespace {

constexpr Clock::Duration kGreetingPatience{1000};

/// The order is the point: files with the rights at hand, then the rights away, then the parsing of what others wrote.
client::Requester prepare(const std::string& config_file) {
  const auto identity = identity_to_assume();
  const OpenFiles files = open_files(config_file, identity);
  if (identity) assume(*identity);
  renounce_privileges();
  confine();
  return read_requester(files);
}

Message reason_of_failed_start() {
  try {
    throw;
  } catch (const StartError& error) {
    return failed(error.kind(), error.what());
  } catch (const FileError& error) {
    return failed(failure::kConfig, error.what());
  } catch (const config::ConfigError& error) {
    return failed(failure::kConfig, error.what());
  } catch (const std::exception& error) {
    return failed(failure::kInternal, error.what());
  }
}

void serve(const std::string& config_file) {
  const SteadyClock clock;
  LineChannel channel(UniqueFd(STDIN_FILENO), clock);
  const Deadline greeting = Deadline::after(clock, kGreetingPatience);
  try {
    UniqueFd signals = reset_process();
    client::Requester requester = prepare(config_file);
    if (!channel.send(Message(verb::kReady).set("version", kVersion), greeting)) return;
    Session(channel, std::move(signals), std::move(requester), clock).run();
  } catch (...) {
    (void)channel.send(reason_of_failed_start(), greeting);
  }
}

bool is_stream_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace
}  // namespace toopher::helper

int main(int count, char** arguments) {
  if (count != 3 || std::string_view(arguments[1]) != "--config" ||
      !toopher::helper::is_stream_socket(STDIN_FILENO)) {
    (void)std::fputs(
        "toopher-helper is started by pam_toopher and the toopher tools, on a socket:\n"
        "toopher-helper --config FILE\n",
        stderr);
    return 2;
  }
  toopher::helper::serve(arguments[2]);
  // Not exit(): libcurl's and OpenSSL's clean-up may wait for a resolver thread that hangs.
  ::_exit(0);
}
