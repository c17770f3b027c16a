// SPDX-License-Identifier: Apache-2.0
#include "server/admin/doctor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/text.h"
#include "base/unique_fd.h"
#include "config.h"
#include "server/admin/findings.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/wall_clock.h"

namespace toopher::server::admin {

namespace {

constexpr std::int64_t kBackupDays = 7;
constexpr std::int64_t kManyPending = 500;
constexpr int kMostPages = 25;  // of users, so that a million of them does not make this take minutes

/// Whether somebody accepts connections there.
bool answers(const ListenAddress& listen) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  auto* const four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, listen.address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(listen.port);
    size = sizeof *four;
  } else if (::inet_pton(AF_INET6, listen.address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(listen.port);
    size = sizeof *six;
  }
  const UniqueFd probe(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0) return true;
  constexpr int kPatienceMs = 2000;
  pollfd writable{probe.get(), POLLOUT, 0};
  int error = 0;
  socklen_t length = sizeof error;
  return errno == EINPROGRESS && ::poll(&writable, 1, kPatienceMs) == 1 &&
         ::getsockopt(probe.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

void examine_server(Session& session, Findings& findings) {
  if (!session.server_runs()) {
    findings.warning("server", "it does not run", "start it: systemctl start toopherd");
    return;
  }
  const api::Json status = session.call("status", api::Json(json_object()).get());
  const std::string version = text_of(status.get(), "version");
  if (version == PACKAGE_VERSION) {
    findings.good("server",
                  "version " + version + ", since " + time_text(integer_of(status.get(), "started")));
  } else {
    findings.warning("server", "it is of version " + version + ", this program of " PACKAGE_VERSION,
                     "restart it after an upgrade: systemctl restart toopherd");
  }
  examine_descriptors(session.config(), integer_of(status.get(), "pid"), findings);
  if (session.config().listen.port != 0 && !answers(session.config().listen))
    findings.error("network",
                   "nobody answers at " + session.config().listen.address + ":" +
                       std::to_string(session.config().listen.port),
                   "the configuration was changed: restart the server");
}

void examine_backup(const json_t* facts, Findings& findings) {
  const std::int64_t last = integer_of(facts, "last_backup");
  const std::string advice = "toopher-admin backup FILE, every day";
  if (last == 0) {
    findings.warning("backup", "none was made with toopher-admin", advice);
  } else if (wall_clock() / kSecond - last > kBackupDays * 86400) {
    findings.warning("backup", "the last one is of " + time_text(last), advice);
  } else {
    findings.good("backup", "the last one is of " + time_text(last));
  }
}

void examine_contents(const json_t* facts, Findings& findings) {
  for (const json_t* const name : elements(json_object_get(facts, "requesters_without_scope")))
    findings.warning("requesters", shown(json_string_value(name)) + " may do nothing",
                     "give it scopes (toopher-admin requester set), or remove it");
  const std::int64_t pending = integer_of(facts, "pending");
  if (pending >= kManyPending) {
    findings.warning("requests", std::to_string(pending) + " or more wait for an answer",
                     "look for who asks for them: toopher-admin requests");
  } else {
    findings.good("requests", std::to_string(pending) + " wait for an answer");
  }
}

void examine_users(Session& session, Findings& findings) {
  const api::Json parameters(json_object());
  put(parameters, "locked", true);
  std::size_t locked = 0;
  bool complete = false;
  for (int pages = 0; pages < kMostPages && !complete; ++pages) {
    const api::Json page = session.call("users", parameters.get());
    locked += json_array_size(json_object_get(page.get(), "items"));
    json_t* const next = json_object_get(page.get(), "next");
    complete = next == nullptr;
    if (!complete) put(parameters, "next", api::Json(json_incref(next)));
  }
  const std::string who = complete ? "" : "of the first users, ";
  if (locked == 0) {
    findings.good("users", who + "nobody is locked");
  } else {
    findings.warning(
        "users", who + count_text(static_cast<std::int64_t>(locked), "user is locked", "users are locked"),
        "see toopher-admin users --locked: somebody may be guessing");
  }
}

void examine_push(const ServerConfig& config, Findings& findings) {
  if (config.push_contact.empty()) {
    findings.warning("push", "push-contact is missing, so phones are not notified",
                     "push-contact = mailto:YOU@YOUR.DOMAIN in " + config.file + ", and reload the server");
  } else {
    findings.good("push", "push services know " + config.push_contact);
  }
}

const char* text_of(Level level) {
  constexpr std::array kNames{"good", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

void print_findings(const Findings& findings, bool json) {
  const api::Json list(json_array());
  for (const Finding& finding : findings.all()) {
    api::Json object(json_object());
    put(object, "level", text_of(finding.level));
    put(object, "subject", finding.subject);
    put(object, "finding", finding.text);
    put(object, "advice", finding.advice);
    append(list, std::move(object));
  }
  if (json) {
    print(api::dump(list.get()) + "\n");
    return;
  }
  for (const Finding& finding : findings.all()) {
    std::string subject = finding.subject + ":";
    subject.resize(std::max<std::size_t>(subject.size() + 1, 14), ' ');
    std::string level = text_of(finding.level);
    level.resize(9, ' ');
    print(level + subject + shown(finding.text) + "\n");
    if (!finding.advice.empty()) print("         -> " + shown(finding.advice) + "\n");
  }
}

int doctor(Session& session, const Command& command, const json_t* parameters) {
  (void)command;
  (void)parameters;
  Findings findings;
  findings.good("configuration", session.config().file);
  examine_server(session, findings);
  examine_files(session.config(), findings);
  examine_certificate(session.config(), findings);
  examine_push(session.config(), findings);
  examine_clock(findings);
  examine_unit(session.config(), findings);
  examine_database_server(session.config(), session.call("database", api::Json(json_object()).get()).get(),
                          findings);
  const api::Json facts = session.call("facts", api::Json(json_object()).get());
  examine_backup(facts.get(), findings);
  examine_contents(facts.get(), findings);
  examine_users(session, findings);
  print_findings(findings, session.json());
  return static_cast<int>(findings.worst());
}

const std::array kCommands{
    Command{.name = "doctor",
            .argument = nullptr,
            .summary = "look for what is not as it should be; exit status 0, 1 (warnings) or 2",
            .prints_json = true,
            .carry_out = doctor},
};

}  // namespace

std::span<const Command> doctor_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
