// SPDX-License-Identifier: Apache-2.0
#include "server/server_config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <filesystem>
#include <stdexcept>

#include "base/file.h"
#include "base/text.h"
#include "server/store/postgres_options.h"
#include "webauthn/relying_party.h"
#include "webpush/endpoint.h"
#include "webpush/vapid.h"

namespace toopher::server {

namespace {

using config::ConfigError;

constexpr std::uint64_t kMaxSize = 1'000'000;
constexpr std::uint64_t kMaxSeconds = 3600;
constexpr std::size_t kMinHeader = 1024;  // bytes
constexpr std::size_t kMinBody = 4096;    // bytes

boost::asio::ip::address address_of(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  return error ? boost::asio::ip::address() : address;
}

/// Whose files are believed, beside root's.
uid_t& believed_owner() {
  static uid_t owner = ::geteuid();
  return owner;
}

/// The configuration may be anybody's to read, but only this server's user or root may have written it.
FileRules rules_of_server(bool secret) {
  FileRules rules;
  rules.owner = believed_owner();
  rules.secret = secret;
  rules.sticky_parents = true;
  return rules;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void take(const config::IniEntry& entry) {
    if (entry.section != "server")
      fail(entry, "unknown section [" + entry.section + "]; toopherd knows [server]");
    if (entry.value.empty()) fail(entry, entry.key + " has no value");
    if (entry.key == "listen") {
      if (!parse_listen(entry.value, result.listen))
        fail(entry, "listen must be ADDRESS:PORT, as 127.0.0.1:8477");
    } else if (entry.key == "origin") {
      result.origin = normalised_origin(entry.value);
      if (result.origin.empty()) fail(entry, "origin must be https://HOST[:PORT] without a path");
    } else if (entry.key == "trusted-proxies") {
      result.trusted_proxies = networks(entry);
    } else if (entry.key == "database" && postgres::Options::is_meant(entry.value)) {
      take_postgres(entry);
    } else if (entry.key == "database-connections") {
      result.database_connections = connections_of(entry);
    } else if (entry.key == "metrics-allow") {
      result.metrics_allow = networks(entry);
    } else if (entry.key == "log-format") {
      if (entry.value != "json" && entry.value != "text") fail(entry, "log-format must be json or text");
      result.log_format = entry.value == "json" ? LogFormat::json : LogFormat::text;
    } else if (entry.key == "push-contact") {
      if (!webpush::is_contact(entry.value))
        fail(entry,
             "push-contact must be an address of yours, as mailto:admin@example.org or "
             "https://example.org/contact");
      result.push_contact = entry.value;
    } else if (entry.key == "push-hosts") {
      if (!webpush::Hosts::parse(entry.value))
        fail(entry,
             "push-hosts must be names, as push.example.org or *.example.org, or origins, as "
             "https://push.internal:8443");
      result.push_hosts = entry.value;
    } else if (entry.key == "user-verification") {
      if (entry.value != "off" && entry.value != "required")
        fail(entry, "user-verification must be off or required");
      result.user_verification = entry.value == "off" ? UserVerification::off : UserVerification::required;
    } else if (entry.key == "ntfy-url") {
      take_ntfy(entry);
    } else if (int* days = days_named(entry.key)) {
      const auto given = parse_decimal(entry.value, kMaxDays);
      if (!given) fail(entry, entry.key + " must be a number of days up to 36500; 0 keeps for ever");
      *days = static_cast<int>(*given);
    } else if (std::string* path = path_named(entry.key)) {
      *path = (std::filesystem::path(file_).parent_path() / entry.value).string();
    } else if (std::size_t* most = size_named(entry.key)) {
      *most = number(entry, kMaxSize);
    } else if (std::chrono::seconds* time = time_named(entry.key)) {
      *time = std::chrono::seconds(number(entry, kMaxSeconds));
    } else {
      fail(entry, "unknown key " + entry.key);
    }
    line_ = entry.line;
  }

  void take_postgres(const config::IniEntry& entry) try {
    (void)postgres::Options(entry.value);
    result.database = entry.value;
  } catch (const std::invalid_argument& error) {
    fail(entry, std::string("database: ") + error.what());
  }

  void take_ntfy(const config::IniEntry& entry) {
    const std::string_view url = entry.value;
    const auto origin = webpush::Origin::parse(url.ends_with('/') ? url.substr(0, url.size() - 1) : url);
    if (!origin) fail(entry, "ntfy-url must be https://HOST[:PORT] without a path");
    if (!origin->https && !address_of(origin->host).is_loopback())
      fail(entry, "ntfy-url must begin with https://, unless it is a loopback address");
    result.ntfy_url = origin->text();
  }

  unsigned connections_of(const config::IniEntry& entry) const {
    constexpr std::uint32_t kMost = 64;
    const auto count = parse_decimal(entry.value, kMost);
    if (!count || *count == 0) fail(entry, "database-connections must be a number from 1 to 64");
    return static_cast<unsigned>(*count);
  }

  void check_complete() const {
    require(!result.listen.address.empty(), "listen");
    require(!result.database.empty(), "database");
    require(!result.key_file.empty(), "key-file");
    if (result.limits.header < kMinHeader || result.limits.body < kMinBody) {
      throw ConfigError(file_, line_,
                        "max-header must be at least " + std::to_string(kMinHeader) +
                            " bytes and max-body at least " + std::to_string(kMinBody) +
                            ", or calls of hosts and phones are refused");
    }
    require(result.database_password_file.empty() || postgres::Options::is_meant(result.database),
            "a PostgreSQL as database for database-password-file");
    require(result.ntfy_token_file.empty() || !result.ntfy_url.empty(), "ntfy-url for ntfy-token-file");
    if (result.user_verification == UserVerification::required && !webauthn::can_verify_at(result.origin)) {
      throw ConfigError(file_, line_,
                        "user-verification needs an origin of https and a name, as "
                        "https://login.example.org: browsers verify nobody at a numeric address");
    }
    require(result.certificate.empty() == result.private_key.empty(),
            "certificate together with private-key");
    if (result.certificate.empty() && !address_of(result.listen.address).is_loopback()) {
      throw ConfigError(
          file_, line_,
          "listen is not a loopback address, so certificate and private-key are needed: toopherd does "
          "not send secrets in clear text");
    }
  }

  ServerConfig result;

 private:
  [[noreturn]] void fail(const config::IniEntry& entry, const std::string& message) const {
    throw ConfigError(file_, entry.line, message);
  }
  void require(bool given, const std::string& what) const {
    if (!given) throw ConfigError(file_, line_, "[server] needs " + what);
  }
  [[nodiscard]] Networks networks(const config::IniEntry& entry) const {
    auto list = Networks::parse(entry.value);
    if (!list) fail(entry, entry.key + " must be addresses or networks, as 192.0.2.7, 2001:db8::/32");
    return std::move(*list);
  }
  [[nodiscard]] std::uint64_t number(const config::IniEntry& entry, std::uint64_t most) const {
    const auto value = parse_decimal(entry.value, most);
    if (!value || *value == 0) fail(entry, entry.key + " must be a number from 1 to " + std::to_string(most));
    return *value;
  }
  std::size_t* size_named(const std::string& key) {
    if (key == "max-connections") return &result.limits.connections;
    if (key == "max-connections-per-address") return &result.limits.connections_of_address;
    if (key == "max-parked") return &result.limits.parked;
    if (key == "max-header") return &result.limits.header;
    if (key == "max-body") return &result.limits.body;
    return nullptr;
  }
  std::chrono::seconds* time_named(const std::string& key) {
    if (key == "handshake-timeout") return &result.limits.handshake_timeout;
    if (key == "idle-timeout") return &result.limits.idle_timeout;
    if (key == "read-timeout") return &result.limits.read_timeout;
    if (key == "write-timeout") return &result.limits.write_timeout;
    return nullptr;
  }
  std::string* path_named(const std::string& key) {
    if (key == "certificate") return &result.certificate;
    if (key == "private-key") return &result.private_key;
    if (key == "database") return &result.database;
    if (key == "database-password-file") return &result.database_password_file;
    if (key == "key-file") return &result.key_file;
    if (key == "sms-command") return &result.sms_command;
    if (key == "mail-command") return &result.mail_command;
    if (key == "admin-socket") return &result.admin_socket;
    if (key == "ntfy-token-file") return &result.ntfy_token_file;
    return nullptr;
  }

  int* days_named(const std::string& key) {
    if (key == "keep-requests") return &result.retention.requests;
    if (key == "keep-audit") return &result.retention.audit;
    return nullptr;
  }

  static constexpr std::uint64_t kMaxDays = 36500;

  const std::string& file_;
  std::size_t line_ = 0;
};

/// Beside the database, as -wal and -shm are; a PostgreSQL has no place on this machine, but each instance its configuration.
std::string default_admin_socket(const ServerConfig& config, const std::string& file) {
  return (postgres::Options::is_meant(config.database) ? file : config.database) + "-admin";
}

}  // namespace

bool parse_listen(std::string_view text, ListenAddress& listen) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto port = parse_decimal(text.substr(colon + 1), 65535);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (!port || error || address.is_v6() != bracketed) return false;
  listen = {std::string(host), static_cast<std::uint16_t>(*port)};
  return true;
}

std::string normalised_origin(std::string_view text) {
  std::string origin = to_lower_ascii(text);
  const bool https = origin.starts_with("https://");
  if (!https && !origin.starts_with("http://")) return {};
  if (origin.ends_with('/')) origin.pop_back();
  const std::string_view host = std::string_view(origin).substr(https ? 8 : 7);
  constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
  if (host.empty() || host.find_first_not_of(kHostCharacters) != std::string_view::npos) return {};
  const std::string_view default_port = https ? ":443" : ":80";
  if (host.ends_with(default_port)) origin.resize(origin.size() - default_port.size());
  return origin;
}

ServerConfig parse_server_config(std::string_view text, const std::string& file) {
  Reader reader(file);
  for (const auto& entry : config::parse_ini(text, file)) reader.take(entry);
  reader.check_complete();
  if (reader.result.admin_socket.empty())
    reader.result.admin_socket = default_admin_socket(reader.result, file);
  return reader.result;
}

ServerConfig load_server_config(const std::string& file) {
  const std::string path = absolute_path(file);
  ServerConfig config = parse_server_config(read_checked(path, rules_of_server(false)).view(), path);
  config.file = path;
  return config;
}

void believe_owner_of(const std::string& file) {
  struct stat status {};
  if (::geteuid() == 0 && ::stat(file.c_str(), &status) == 0) believed_owner() = status.st_uid;
}

Secret read_secret_file(const std::string& file) {
  return read_checked(file, rules_of_server(true));
}

Secret read_private_key(const std::string& file) {
  std::error_code error;
  std::string target = std::filesystem::canonical(file, error).string();
  if (error) target = file;
  FileRules rules = rules_of_server(true);
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0) rules.reader_group = status.st_gid;
  return read_checked(target, rules);
}

std::string absolute_path(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace toopher::server
