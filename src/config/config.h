// SPDX-License-Identifier: Apache-2.0
// /etc/security/toopher/config: how to reach the server, and whom to ask for what.
#ifndef TOOPHER_CONFIG_CONFIG_H
#define TOOPHER_CONFIG_CONFIG_H

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "config/ini.h"

namespace toopher::config {

inline constexpr const char* kDefaultConfigFile = SYSCONFDIR "/security/toopher/config";

/// Section [API]: what the helper needs.
struct Api {
  std::string credential_file = SYSCONFDIR "/security/toopher/credentials";
  std::vector<std::string> base_urls;  ///< each ends in `/`; https, or http to a loopback address; at least one
  std::string ca_file;                 ///< PEM; empty: none
  std::string ca_path = "/etc/ssl/certs";  ///< hashed directory; unused with ca_file
  std::string proxy;                   ///< http://host:port; empty: none, whatever the environment says
  std::chrono::seconds timeout{10};    ///< for one HTTP exchange that is not a long poll
};

enum class FailurePolicy { deny, allow };
enum class Availability { none, available, groups, required };
enum class Prompt { during, before, after };
enum class NumberMatching { off, on, required };
enum class Ask { automatic, user, ruser };
enum class PairingSource { server, file };

/// Section [Options]: what the module decides by.
struct Options {
  FailurePolicy failure_policy = FailurePolicy::deny;
  Availability availability = Availability::available;
  std::string available_group = "toopher-available";
  std::string required_group = "toopher-required";
  std::string excluded_group = "toopher-excluded";
  bool automation_allowed = false;
  bool show_prompt = false;    ///< of the earlier PAM: show a line of text while waiting (prompt = after)
  bool share_pairings = false;
  Prompt prompt = Prompt::during;
  std::chrono::seconds push_timeout{45};  ///< 5 to 300
  unsigned otp_tries = 3;                 ///< 1 to 10
  bool echo_code = true;
  NumberMatching number_matching = NumberMatching::on;
  bool show_command = false;
  std::string user_name = "%u";  ///< %u account, %h host name, %% percent
  Ask ask = Ask::automatic;
  PairingSource pairing_source = PairingSource::server;
  bool nullok = false;           ///< module argument only
  bool debug = false;            ///< module argument only
};

struct Config {
  Api api;
  Options options;
};

/// Reads the file's text. Throws ConfigError with `file` and line for an unknown section or key, a wrong value, and a
/// base-url that is missing or would send secrets in clear text.
Config parse_config(std::string_view text, const std::string& file);

/// Overrides from the pam.d line: `prompt=…`, `push_timeout=…`, `nullok`, `debug` and the other option names with `_`
/// for `-`. `conf=` and `config_fail_closed` are known and skipped. Throws ConfigError naming the argument.
void apply_arguments(Options& options, const std::vector<std::string>& arguments);

/// The value of `conf=FILE`, or kDefaultConfigFile.
std::string config_file_from(const std::vector<std::string>& arguments);

/// `name` with %u, %h, %% replaced; throws ConfigError on another %.
std::string expand_user_name(std::string_view pattern, std::string_view account, std::string_view host);

}  // namespace toopher::config

#endif
