// SPDX-License-Identifier: Apache-2.0
// How systemd runs the server, and how many files that may open.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "base/spawn.h"
#include "base/text.h"
#include "server/admin/findings.h"

namespace toopher::server::admin {

namespace {

constexpr const char* kUnit = "toopherd.service";
constexpr std::size_t kOtherFiles = 64;  // database, loop, log

struct Wanted {
  const char* property;
  const char* value;
};
/// What the unit that comes with toopherd says (packaging/systemd/toopherd.service), as `systemctl show` prints it.
constexpr std::array kSandbox{
    Wanted{"NoNewPrivileges", "yes"},
    Wanted{"ProtectSystem", "strict"},
    Wanted{"ProtectHome", "yes"},
    Wanted{"PrivateDevices", "yes"},
    Wanted{"MemoryDenyWriteExecute", "yes"},
    Wanted{"CapabilityBoundingSet", ""},
};

/// An absolute path; empty: there is none.
std::string program_in_path(const char* name) {
  const char* const path = std::getenv("PATH");
  for (const std::string_view directory : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    std::string file = std::string(directory) + "/" + name;
    if (directory.starts_with('/') && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t got = ::read(fd, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

/// What `systemctl show` says of the unit; nothing where systemd does not run this machine.
std::map<std::string, std::string, std::less<>> unit_properties() try {
  std::map<std::string, std::string, std::less<>> properties;
  const std::string systemctl = program_in_path("systemctl");
  if (systemctl.empty()) return properties;
  const Spawned running = spawn_with_socket(systemctl, {"systemctl", "show", kUnit}, {"LC_ALL=C"});
  (void)::shutdown(running.socket.get(), SHUT_WR);
  const std::string said = read_all(running.socket.get());
  for (const std::string_view line : split(said, '\n')) {
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) properties.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return properties;
} catch (const std::system_error&) {
  return {};
}

/// "infinity" is more than enough.
bool is_enough(std::string_view limit, std::size_t wanted) {
  constexpr std::uint64_t kMost = 1ULL << 62U;
  const auto number = parse_decimal(limit, kMost);
  return !number || *number >= wanted;
}

/// As /proc/PID/limits has it; empty: it is not to be seen.
std::string hard_limit_of(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("Max open files")) continue;
    std::istringstream words(line.substr(std::string_view("Max open files").size()));
    std::string soft;
    std::string hard;
    words >> soft >> hard;
    return hard;
  }
  return {};
}

}  // namespace

void examine_unit(const ServerConfig& config, Findings& findings) {
  const auto properties = unit_properties();
  const auto value_of = [&properties](std::string_view name) {
    const auto place = properties.find(name);
    return place == properties.end() ? std::string() : place->second;
  };
  if (!properties.contains("LoadState")) return;
  if (value_of("LoadState") != "loaded") {
    findings.warning("unit", std::string(kUnit) + " is not installed: nobody starts the server again",
                     "install packaging/systemd/toopherd.service; see toopherd(8), UNDER SYSTEMD");
    return;
  }
  const std::string mend = std::string("systemctl edit ") + kUnit + ", or install the unit of this version";
  std::string missing;
  for (const Wanted& wanted : kSandbox)
    if (value_of(wanted.property) != wanted.value)
      missing += (missing.empty() ? "" : ", ") + std::string(wanted.property) + "=" + wanted.value;
  if (value_of("SystemCallFilter").empty())
    missing += std::string(missing.empty() ? "" : ", ") + "SystemCallFilter=";
  if (!missing.empty()) findings.warning("unit", "its sandbox lacks " + missing, mend);
  const bool restarts = value_of("Restart") != "no";
  if (!restarts) findings.warning("unit", "Restart=no: nobody starts the server again after a crash", mend);
  const bool files = is_enough(value_of("LimitNOFILE"), config.limits.connections + kOtherFiles);
  if (!files)
    findings.warning("unit",
                     "LimitNOFILE=" + value_of("LimitNOFILE") + " is less than max-connections = " +
                         std::to_string(config.limits.connections) + " need",
                     mend);
  if (missing.empty() && restarts && files)
    findings.good("unit", "sandboxed, and started again after a crash");
}

void examine_descriptors(const ServerConfig& config, std::int64_t pid, Findings& findings) {
  const std::string limit = hard_limit_of(pid);
  if (limit.empty()) return;
  if (is_enough(limit, config.limits.connections + kOtherFiles)) {
    findings.good("open files", "enough for max-connections = " + std::to_string(config.limits.connections));
  } else {
    findings.warning("open files",
                     "the server may open " + limit + ", less than max-connections = " +
                         std::to_string(config.limits.connections) + " need",
                     "raise LimitNOFILE of its unit, or ulimit -Hn, and restart it");
  }
}

}  // namespace toopher::server::admin
