// SPDX-License-Identifier: Apache-2.0
#include "helper/launch.h"

#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace toopher::helper {
namespace {

/// Longer than the second the helper allows itself after an end-of-file.
constexpr int kGraceMs = 1200;
/// The reason of a failed start: two paths and a sentence.
constexpr std::size_t kMaxReasonCharacters = 1000;

[[noreturn]] void internal(const std::string& message) {
  throw LaunchError(failure::kInternal, message);
}

void check_program(const std::string& program) {
  if (program != kInstalledHelper && !caller_may_own_files())
    throw LaunchError(failure::kConfig, program + ": only " + kInstalledHelper + " may be started here");
  try {
    open_checked(program, rules_for_this_process());
  } catch (const FileError& error) {
    throw LaunchError(failure::kConfig, error.what());
  }
}

Spawned spawn(const std::string& program, const std::string& config_file, const std::string& pairing_of) {
  std::vector<std::string> arguments{"toopher-helper", "--config", config_file};
  if (!pairing_of.empty()) arguments.insert(arguments.end(), {"--pairing-of", pairing_of});
  try {
    return spawn_with_socket(program, arguments);
  } catch (const std::system_error& error) {
    internal(program + " cannot be started: " + error.what());
  }
}

}  // namespace

std::variant<LaunchError, Message> await_greeting(LineChannel& channel, const Deadline& deadline) {
  auto [status, message] = channel.receive(deadline);
  const auto trouble = [](std::string_view kind, const std::string& text) { return LaunchError(kind, text); };
  if (status == LineChannel::Status::timeout)
    return trouble(failure::kInternal, "toopher-helper did not answer in time");
  if (status != LineChannel::Status::message)
    return trouble(failure::kInternal, "toopher-helper ended before it was ready");
  if (message->is(verb::kFailed))
    return trouble(message->get("kind") == failure::kConfig ? failure::kConfig : failure::kInternal,
                   sanitize_for_display(message->get("text"), kMaxReasonCharacters));
  if (!message->is(verb::kReady) || message->get("version") != kVersion)
    return trouble(failure::kInternal,
                   "toopher-helper is of another version; install module and helper from one build");
  return std::move(*message);
}

HelperProcess::HelperProcess(Child child, LineChannel channel)
    : child_(std::move(child)), channel_(std::move(channel)) {}

HelperProcess::HelperProcess(HelperProcess&& other) noexcept
    : child_(std::move(other.child_)),
      channel_(std::move(other.channel_)),
      pairing_id_(std::move(other.pairing_id_)) {
  other.channel_.reset();
}

HelperProcess::~HelperProcess() {
  channel_.reset();
  child_.stop(kGraceMs);
}

HelperProcess launch(const std::string& config_file, const Deadline& deadline, const Clock& clock,
                     const std::string& program, const std::string& pairing_of) {
  check_program(program);
  Spawned spawned = spawn(program, config_file, pairing_of);
  HelperProcess helper(std::move(spawned.child), LineChannel(std::move(spawned.socket), clock));
  auto greeting = await_greeting(helper.channel(), deadline);
  if (auto* trouble = std::get_if<LaunchError>(&greeting)) throw std::move(*trouble);
  helper.set_pairing_id(std::get<Message>(greeting).get("pairing-id"));
  return helper;
}

}  // namespace toopher::helper
