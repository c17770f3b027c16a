// SPDX-License-Identifier: Apache-2.0
// toopher-helper: the part of a login that holds credentials and talks to the network. Started by the PAM module and the
// tools with a socket as descriptors 0 and 1, or by systemd with a listening socket; see protocol.h and toopher-helper(8).
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "config/pairings.h"
#include "helper/activation.h"
#include "helper/answers.h"
#include "helper/sandbox.h"
#include "helper/service.h"
#include "helper/session.h"
#include "helper/settings.h"
#include "helper/start.h"
#include "helper/user_file.h"
#include "helper/wiping.h"

namespace toopher::helper {
namespace {

constexpr Clock::Duration kGreetingPatience{1000};
constexpr Clock::Duration kReadingPatience{2000};
constexpr const char* kPairingsFile = ".toopher";
constexpr std::uint64_t kLongestIdle = 3600;  // seconds

struct CommandLine {
  std::string config_file = config::kDefaultConfigFile;
  std::chrono::seconds idle{90};
  std::string pairing_of;  ///< the account whose ~/.toopher names the pairing; "": the server knows it
};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

struct Prepared {
  config::Config config;
  client::Requester requester;
  std::optional<offline::Store> offline;
};

/// The order is the point: files with the rights at hand, then the rights away, then the parsing of what others wrote.
Prepared prepare(const std::string& config_file, const std::string& credentials, bool accepts,
                 const Clock& clock) {
  const auto identity = identity_to_assume();
  OpenFiles files = open_files(config_file, identity, credentials);
  if (identity) assume(*identity);
  renounce_privileges();
  Sandbox sandbox;
  sandbox.accepts = accepts;
  if (files.state) sandbox.state_directory = files.state->path();
  confine(sandbox);
  client::Requester requester = read_requester(files);
  std::optional<offline::Store> offline;
  if (files.state) offline.emplace(std::move(*files.state), files.config.options.offline_max_age, clock);
  return {std::move(files.config), std::move(requester), std::move(offline)};
}

const offline::Store* pointer_to(const std::optional<offline::Store>& store) {
  return store ? &*store : nullptr;
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

void start_libcurl() {
  if (!start_libcurl_wiping()) throw StartError(failure::kInternal, "libcurl cannot be started");
}

void serve_one(const CommandLine& line) {
  const SteadyClock clock;
  LineChannel channel(UniqueFd(STDIN_FILENO), clock);
  const Deadline greeting = Deadline::after(clock, kGreetingPatience);
  try {
    const UniqueFd signals = reset_process();
    std::optional<UserFile> file;
    if (!line.pairing_of.empty())
      file = read_user_file(line.pairing_of, kPairingsFile, Deadline::after(clock, kReadingPatience), clock);
    Prepared prepared = prepare(line.config_file, {}, false, clock);
    start_libcurl();
    client::ToopherApi api(std::move(prepared.requester), clock);
    Message ready = Message(verb::kReady).set("version", kVersion);
    if (file) ready.set("pairing-id", config::pairing_id_for(file->text.view(), file->path, host_name()));
    if (!channel.send(ready, Deadline::after(clock, kGreetingPatience))) return;
    Session(channel, signals.get(), api, Caller::trusted(), pointer_to(prepared.offline), clock).run();
  } catch (...) {
    (void)channel.send(reason_of_failed_start(), greeting);
  }
}

void serve_everybody(const CommandLine& line) {
  const SteadyClock clock;
  try {
    const std::string credentials = passed_credentials();
    const UniqueFd signals = reset_process();
    Prepared prepared = prepare(line.config_file, credentials, true, clock);
    const config::Api& api = prepared.config.api;
    start_libcurl();
    std::vector<std::string> files{line.config_file, api.credential_file};
    for (const std::string& file : {api.ca_file, api.crl_file})
      if (!file.empty()) files.push_back(file);
    Service service(STDIN_FILENO, signals.get(),
                    {std::move(prepared.requester), prepared.config.options.user_name, FileStamps(files),
                     line.idle, pointer_to(prepared.offline)},
                    clock);
    service.run();
    // Before anything is destroyed that a session still uses.
    ::_exit(0);
  } catch (...) {
    const Message reason = reason_of_failed_start();
    (void)std::fprintf(stderr, "toopher-helper: %s\n", std::string(reason.get("text")).c_str());
    turn_everybody_away(STDIN_FILENO, std::string(reason.to_line().view()));
  }
}

std::optional<CommandLine> read_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--config") {
      line.config_file = value;
    } else if (arguments[i] == "--pairing-of") {
      line.pairing_of = value;
    } else if (const auto seconds = parse_decimal(value, kLongestIdle); arguments[i] == "--idle" && seconds) {
      line.idle = std::chrono::seconds(*seconds);
    } else {
      return std::nullopt;
    }
  }
  return line;
}

int run(const std::vector<std::string>& arguments) {
  const auto line = read_command_line(arguments);
  Start start = line ? how_started() : Start::neither;
  if (start != Start::spawned && line && !line->pairing_of.empty()) start = Start::neither;
  if (start == Start::neither) {
    (void)std::fputs(
        "toopher-helper is started by pam_toopher, the toopher tools or systemd, on a socket:\n"
        "toopher-helper [--config FILE] [--idle SECONDS] [--pairing-of ACCOUNT]; see toopher-helper(8)\n",
        stderr);
    return 2;
  }
  if (start == Start::spawned) {
    serve_one(*line);
  } else {
    serve_everybody(*line);
  }
  return 0;
}

}  // namespace
}  // namespace toopher::helper

int main(int count, char** arguments) {
  const int status = toopher::helper::run(std::vector<std::string>(arguments + 1, arguments + count));
  // Not exit(): libcurl's and OpenSSL's clean-up may wait for a resolver thread that hangs.
  ::_exit(status);
}
