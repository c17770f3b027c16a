// SPDX-License-Identifier: Apache-2.0
// toopherd.conf: one section [server].
#ifndef TOOPHER_SERVER_SERVER_CONFIG_H
#define TOOPHER_SERVER_SERVER_CONFIG_H

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "config/ini.h"
#include "server/http/limits.h"
#include "server/http/network.h"
#include "server/log.h"
#include "server/service/verification_policy.h"
#include "server/store/records.h"
#include "webpush/hosts.h"

namespace toopher::server {

/// An address to listen on.
struct ListenAddress {
  std::string address;     ///< IPv4 or IPv6, numeric, without brackets
  std::uint16_t port = 0;  ///< 0: any free one
};

struct ServerConfig {
  std::string file;  ///< where all this stands
  ListenAddress listen;
  std::string origin;                  ///< scheme://host[:port]; empty: made of the address once it is bound
  std::string certificate;             ///< PEM chain; empty: plain HTTP, loopback only
  std::string private_key;             ///< PEM
  std::string database;                ///< path of an SQLite file, or how libpq reaches a PostgreSQL
  std::string database_password_file;  ///< for PostgreSQL; empty: none, or libpq finds one
  unsigned database_connections = 4;   ///< to PostgreSQL
  std::string key_file;
  Limits limits;
  Networks trusted_proxies;  ///< whose word about the client's address is taken
  Networks metrics_allow;    ///< who may read /metrics, beside this host
  LogFormat log_format = LogFormat::json;
  std::string sms_command;   ///< a program that sends text messages; empty: none
  std::string mail_command;  ///< a program that sends mail; empty: none
  Retention retention;
  std::string admin_socket;  ///< where toopher-admin finds the server
  std::string push_contact;  ///< whom operators of push services reach; empty: there is no Web Push
  std::string push_hosts{webpush::kKnownHosts};  ///< as webpush::Hosts::parse() takes them
  std::string ntfy_url;                          ///< an origin; empty: nobody is told through ntfy
  std::string ntfy_token_file;                   ///< empty: none is needed
  UserVerification user_verification = UserVerification::off;
};

/// ADDRESS:PORT, [IPV6]:PORT; nothing if it is neither.
bool parse_listen(std::string_view text, ListenAddress& listen);

/// scheme://host[:port] in lower case without a default port and without a path; "" if it is no such thing.
std::string normalised_origin(std::string_view text);

/// Reads the file's text; relative paths are relative to `file`. Throws config::ConfigError with the line.
ServerConfig parse_server_config(std::string_view text, const std::string& file);

/// Reads and checks the file. Throws config::ConfigError or FileError.
ServerConfig load_server_config(const std::string& file);

/// For root's programs that look after a server of another user: from now on files may belong to the owner of this one, its
/// configuration. Nothing changes for others.
void believe_owner_of(const std::string& file);

/// A file that belongs to this server's user or root, readable by nobody else. Throws FileError.
Secret read_secret_file(const std::string& file);

/// The TLS key, in PEM. Symbolic links are followed and a group may read it, as certbot and Debian's ssl-cert have it; others
/// may not. Throws FileError.
Secret read_private_key(const std::string& file);

/// `path` made absolute from the working directory.
std::string absolute_path(const std::string& path);

}  // namespace toopher::server

#endif
