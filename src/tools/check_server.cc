// SPDX-License-Identifier: Apache-2.0
#include "tools/check_server.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <cstdint>
#include <ctime>
#include <string_view>

#include "base/text.h"
#include "base/url.h"
#include "helper/launch.h"
#include "helper/protocol.h"

namespace toopher::tools {
namespace {

constexpr std::chrono::seconds kHelperStart{5};
constexpr std::int64_t kSoon = 30 * std::int64_t{86400};  // seconds until a certificate expires
constexpr std::uint64_t kMostSkew = 60;                   // seconds
constexpr std::uint16_t kFirstOfAnybody = 1024;           // ports from here on need no privilege
/// Nobody's name, where none is given.
constexpr const char* kNobody = "toopher-check";

std::int64_t number(const helper::Message& line, std::string_view key) {
  return static_cast<std::int64_t>(parse_decimal(line.get(key), INT64_MAX).value_or(0));
}

std::string day(std::int64_t seconds) {
  const std::time_t time = seconds;
  tm parts{};
  std::array<char, 16> text{};
  if (::gmtime_r(&time, &parts) == nullptr) return "?";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts)};
}

std::string advice_for(std::string_view kind) {
  if (kind == helper::failure::kCredentials) return "Compare key and secret with those that the server has.";
  if (kind == helper::failure::kTls)
    return "Mend the server's certificate, or name its authority as ca-file.";
  if (kind == helper::failure::kUnreachable)
    return "Look at base-url, name service, firewall and proxy; without a server failure-policy decides.";
  return "See base-url in toopher.conf(5).";
}

void judge_certificate(Findings& findings, const std::string& url, const helper::Message& line) {
  const std::string what = url + ": certificate " + std::string(line.get("subject")) + ", by " +
                           std::string(line.get("issuer")) + ", valid until " +
                           day(number(line, "not-after"));
  const std::int64_t left = number(line, "not-after") - std::time(nullptr);
  if (left < 0)
    findings.error(Area::server, what + ", has expired", "Renew it.");
  else if (left < kSoon)
    findings.warning(Area::server, what + ", expires soon", "Renew it.");
  else
    findings.ok(Area::server, what);
}

void judge_clock(Findings& findings, const std::string& url, const helper::Message& line) {
  if (!line.has("ahead") && !line.has("behind")) return;
  const bool ahead = line.has("ahead");
  const auto skew = static_cast<std::uint64_t>(number(line, ahead ? "ahead" : "behind"));
  const std::string what = url + ": the server's clock is " + std::to_string(skew) + " s " +
                           (ahead ? "ahead of" : "behind") + " this machine's";
  if (skew > kMostSkew)
    findings.warning(Area::server, what, "Let both machines follow a time server (NTP).");
  else
    findings.ok(Area::server, what);
}

/// http, which is accepted to this machine only: nothing but its port tells the server from another program.
void judge_plain_http(Findings& findings, const std::string& url) {
  const auto authority = authority_of(url);
  if (authority && authority->port.value_or(0) < kFirstOfAnybody)
    findings.info(Area::server, url + " is not encrypted, which is accepted to this machine only");
  else
    findings.warning(
        Area::server,
        url +
            " is not encrypted: while the server does not run, any user of this computer can answer "
            "at its port, let everybody in and read codes",
        "Give toopherd a certificate (toopherd(8)), or let a proxy listen at a port below 1024.");
}

void judge_answer(Findings& findings, const std::string& url, const helper::Message& line) {
  std::string how = url;
  if (line.has("address")) how += " at " + std::string(line.get("address"));
  if (line.has("tls")) how += " over " + std::string(line.get("tls"));
  if (line.has("kind")) {
    findings.error(Area::server, std::string(line.get("text")), advice_for(line.get("kind")));
    return;
  }
  findings.ok(Area::server,
              how + " answers in " + std::string(line.get("ms")) + " ms, and accepts key and secret");
  if (to_lower_ascii(url).starts_with("http:")) judge_plain_http(findings, url);
}

void judge_user(Findings& findings, const std::string& url, const std::string& user,
                const helper::Message& line) {
  if (line.has("kind")) return;
  if (!line.has("user"))
    findings.info(Area::user, url + " does not know " + user + ", so no phone is paired",
                  "toopher-pair(1) pairs one.");
  else if (!line.has("enabled"))
    findings.warning(Area::user, "toopher authentication of " + user + " is switched off at " + url,
                     "An administrator of the server switches it on (toopherd(8)).");
  else
    findings.ok(Area::user, url + " knows " + user + ", and the factor is switched on");
}

/// The answer about one server; malformed or late ones end in LaunchError.
helper::Message receive(Findings& findings, helper::LineChannel& channel, const Deadline& deadline,
                        const std::string& url) {
  for (;;) {
    auto received = channel.receive(deadline);
    if (received.status != helper::LineChannel::Status::message)
      throw helper::LaunchError(helper::failure::kInternal, "toopher-helper gave no answer about " + url);
    if (!received.message->is(helper::verb::kCertificate)) return std::move(*received.message);
    judge_certificate(findings, url, *received.message);
  }
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace

void check_servers(Findings& findings, const std::string& config_file, const config::Config& config,
                   const std::string& program, const std::string& account) {
  const SteadyClock clock;
  const std::string user = account.empty()
                               ? std::string()
                               : config::expand_user_name(config.options.user_name, account, host_name());
  const auto patience = std::chrono::milliseconds(config.api.timeout) + std::chrono::seconds(1);
  try {
    helper::HelperProcess helper =
        helper::launch(config_file, Deadline::after(clock, kHelperStart), clock, program);
    for (std::size_t i = 0; i < config.api.base_urls.size(); ++i) {
      const Deadline deadline = Deadline::after(clock, patience + std::chrono::seconds(2));
      const std::string& url = config.api.base_urls[i];
      (void)helper.channel().send(helper::Message(helper::verb::kCheck)
                                      .set("server", std::to_string(i))
                                      .set("user", user.empty() ? kNobody : user)
                                      .set("timeout-ms", std::to_string(patience.count())),
                                  deadline);
      const helper::Message answer = receive(findings, helper.channel(), deadline, url);
      judge_answer(findings, url, answer);
      judge_clock(findings, url, answer);
      if (!user.empty()) judge_user(findings, url, user, answer);
    }
  } catch (const helper::LaunchError& error) {
    findings.error(Area::server, error.what(), "Mend it; logins fail in the same way.");
  }
}

}  // namespace toopher::tools
