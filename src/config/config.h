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
  std::vector<std::string>
      base_urls;         ///< each ends in `/`; https, or http to a loopback address; at least one
  std::string ca_file;   ///< PEM; empty: none
  std::string crl_file;  ///< PEM; empty: nobody looks for revoked certificates
  std::string ca_path = "/etc/ssl/certs";  ///< hashed directory; unused with ca_file
  std::string proxy;                 ///< http(s)://host:port; empty: none, whatever the environment says
  std::chrono::seconds timeout{10};  ///< 1 to 60; a server that gave no answer by then is unreachable
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
  bool show_prompt = true;  ///< whether `prompt = after` says that it waits for the phone
  Prompt prompt = Prompt::during;
  std::chrono::seconds push_timeout{45};  ///< 5 to 300
  unsigned otp_tries = 3;                 ///< 1 to 10
  bool echo_code = true;
  NumberMatching number_matching = NumberMatching::on;
  std::string user_name = "%u";  ///< %u account, %h host name, %% percent; share-pairings sets it, too
  Ask ask = Ask::automatic;
  PairingSource pairing_source = PairingSource::server;  ///< file: ~/.toopher of the person who is asked
  bool show_command = false;                             ///< the phone shows what sudo is to run
  std::string language;                                  ///< of the catalogue (`de`, `de_AT`); empty: English
  std::string prompt_text;     ///< instead of the sentence that asks for an approval; empty: ours
  bool offline_codes = false;  ///< a module argument can only switch it off
  std::chrono::hours offline_max_age{7 * 24};  ///< 1 to 90 days; in the file only
  bool nullok = false;                         ///< module argument only
  bool debug = false;                          ///< module argument only

  /// Whether a rule may answer instead of a person: no number is typed then.
  [[nodiscard]] bool may_be_automated() const {
    return automation_allowed && number_matching != NumberMatching::required;
  }
};

struct Config {
  Api api;
  Options options;
};

/// Reads the file's text. Throws ConfigError with `file` and line for an unknown section or key, a wrong
/// value, and a base-url that is missing or would send secrets in clear text.
Config parse_config(std::string_view text, const std::string& file);

/// What a pam.d line may say beside options.
struct Arguments {
  std::string config_file = kDefaultConfigFile;  ///< conf=FILE
  std::string helper;                ///< helper=FILE; believed only where the caller may own files
  std::vector<std::string> options;  ///< the rest, for apply_arguments
};

/// Splits `conf=` and `helper=` off; the earlier `config_fail_closed` is dropped: it is always so now.
/// Throws ConfigError for a path that is not absolute, and for an argument that is given twice.
Arguments split_arguments(const std::vector<std::string>& arguments);

/// Overrides from the pam.d line: option names with `_` for `-` (`prompt=…`, `push_timeout=…`), `nullok`,
/// `debug`. Throws ConfigError naming the argument.
void apply_arguments(Options& options, const std::vector<std::string>& arguments);

/// `name` with %u, %h, %% replaced; throws std::runtime_error on another %.
std::string expand_user_name(std::string_view pattern, std::string_view account, std::string_view host);

}  // namespace toopher::config

#endif
