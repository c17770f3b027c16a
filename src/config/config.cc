// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "base/text.h"
#include "base/url.h"

namespace toopher::config {
namespace {

/// A value that is wrong; the caller adds where it stands.
class WrongValue : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

bool read_bool(std::string_view value) {
  const std::string lower = to_lower_ascii(value);
  if (lower == "1" || lower == "yes" || lower == "true" || lower == "on") return true;
  if (lower == "0" || lower == "no" || lower == "false" || lower == "off") return false;
  throw WrongValue("expected yes or no");
}

std::uint64_t read_number(std::string_view value, std::uint64_t min, std::uint64_t max) {
  const auto number = parse_decimal(value, max);
  if (!number || *number < min)
    throw WrongValue("expected a number from " + std::to_string(min) + " to " + std::to_string(max));
  return *number;
}

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

template <typename Value, std::size_t N>
Value read_choice(std::string_view text, const std::array<Choice<Value>, N>& choices) {
  const std::string lower = to_lower_ascii(text);
  std::string expected;
  for (const auto& choice : choices) {
    if (choice.name == lower) return choice.value;
    expected += (expected.empty() ? "" : ", ") + std::string(choice.name);
  }
  throw WrongValue("expected one of " + expected);
}

constexpr std::array<Choice<FailurePolicy>, 2> kFailurePolicies{
    {{"deny", FailurePolicy::deny}, {"allow", FailurePolicy::allow}}};
constexpr std::array<Choice<Availability>, 4> kAvailabilities{{{"none", Availability::none},
                                                               {"available", Availability::available},
                                                               {"groups", Availability::groups},
                                                               {"required", Availability::required}}};
constexpr std::array<Choice<Prompt>, 3> kPrompts{
    {{"during", Prompt::during}, {"before", Prompt::before}, {"after", Prompt::after}}};
constexpr std::array<Choice<NumberMatching>, 3> kNumberMatchings{
    {{"off", NumberMatching::off}, {"on", NumberMatching::on}, {"required", NumberMatching::required}}};
constexpr std::array<Choice<Ask>, 3> kAsks{
    {{"automatic", Ask::automatic}, {"user", Ask::user}, {"ruser", Ask::ruser}}};
constexpr std::array<Choice<PairingSource>, 2> kPairingSources{
    {{"server", PairingSource::server}, {"file", PairingSource::file}}};

/// Names of groups may have blanks (a directory's), but a list or a comment in the same line must not become a group that
/// nobody is in.
std::string read_group(std::string_view value) {
  if (value.empty() || value.find_first_of(",:#;='\"") != std::string_view::npos)
    throw WrongValue("expected the name of one group");
  return std::string(value);
}

bool consists_of(std::string_view text, char first, char last) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return first <= c && c <= last; });
}

/// A locale's name, as in LANG: what is kept is the catalogue's, which is a part of a path. English needs none.
std::string read_language(std::string_view value) {
  const auto dot = value.find('.');
  const std::string charset = dot == std::string_view::npos ? "" : to_lower_ascii(value.substr(dot + 1));
  if (!charset.empty() && charset != "utf-8" && charset != "utf8") throw WrongValue("texts are UTF-8");
  const std::string_view name = value.substr(0, dot);
  const auto underscore = std::min(name.find('_'), name.size());
  const std::string_view language = name.substr(0, underscore);
  const std::string_view country = name.substr(underscore);
  const bool plain = (language.size() == 2 || language.size() == 3) && consists_of(language, 'a', 'z') &&
                     (country.empty() || (country.size() == 3 && consists_of(country.substr(1), 'A', 'Z')));
  if (!value.empty() && (!plain || value.ends_with('.')))
    throw WrongValue("expected a language, as in de or de_AT.UTF-8");
  return language == "en" ? std::string() : std::string(name);
}

/// Longer ones would leave no room for the number in a message of libpam.
constexpr std::size_t kMaxPromptText = 200;

std::string read_prompt_text(std::string_view value) {
  if (value.size() > kMaxPromptText)
    throw WrongValue("the text is longer than " + std::to_string(kMaxPromptText) + " bytes");
  if (sanitize_for_display(value) != value)
    throw WrongValue("the text holds control characters, or is not UTF-8");
  return std::string(trim(value.substr(0, value.find_last_not_of(": ") + 1)));
}

std::string read_path(std::string_view value) {
  if (!value.starts_with('/')) throw WrongValue("expected an absolute path");
  return std::string(value);
}

/// As getaddrinfo(3) reads it: what looks like an address and is none (127.0.0.08) would be looked up as a name.
bool is_loopback_literal(std::string_view host) {
  if (host == "[::1]") return true;
  in_addr address{};
  return host.starts_with("127.") && ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

std::string read_base_url(std::string_view value) {
  const std::string lower = to_lower_ascii(value.substr(0, 8));
  const bool https = lower.starts_with("https://");
  const bool http = lower.starts_with("http://");
  if (!https && !http) throw WrongValue("a base-url starts with https://");
  const auto authority = authority_of(value);
  const bool odd = value.find_first_of(" \t\"'<>\\^`{|}?#@") != std::string_view::npos;
  if (odd || !authority)
    throw WrongValue("a base-url is https://HOST[:PORT]/PATH without user, query or fragment");
  if (http && !is_loopback_literal(authority->host))
    throw WrongValue(
        "http:// would send codes in clear text; use https:// (http only to 127.0.0.1 or [::1])");
  return std::string(value) + (value.ends_with('/') ? "" : "/");
}

std::vector<std::string> read_base_urls(std::string_view value) {
  std::vector<std::string> urls;
  for (const std::string_view part : split(value, ',')) urls.push_back(read_base_url(trim(part)));
  return urls;
}

std::string read_proxy(std::string_view value) {
  const bool https = value.starts_with("https://");
  const std::string_view rest = value.substr(std::min<std::size_t>(value.size(), https ? 8 : 7));
  const auto colon = rest.rfind(':');
  const bool port =
      colon != std::string_view::npos && parse_decimal(rest.substr(colon + 1), 65535).value_or(0) > 0;
  const bool host = port && colon > 0 && rest.find_first_of(" \t/?#@\"'<>\\") == std::string_view::npos;
  if (!host || (!https && !value.starts_with("http://")))
    throw WrongValue("a proxy is http://HOST:PORT or https://HOST:PORT");
  return std::string(value);
}

template <typename Target>
struct Key {
  std::string_view name;
  void (*set)(Target&, std::string_view value);
};

constexpr std::array<Key<Api>, 7> kApiKeys{{
    {"credential-file", [](Api& api, std::string_view v) { api.credential_file = read_path(v); }},
    {"base-url", [](Api& api, std::string_view v) { api.base_urls = read_base_urls(v); }},
    {"ca-file", [](Api& api, std::string_view v) { api.ca_file = read_path(v); }},
    {"ca-path", [](Api& api, std::string_view v) { api.ca_path = read_path(v); }},
    {"crl-file", [](Api& api, std::string_view v) { api.crl_file = read_path(v); }},
    {"proxy", [](Api& api, std::string_view v) { api.proxy = read_proxy(v); }},
    {"timeout",
     [](Api& api, std::string_view v) { api.timeout = std::chrono::seconds(read_number(v, 1, 60)); }},
}};

void check_user_name(std::string_view pattern) {
  if (expand_user_name(pattern, "account", "host").empty()) throw WrongValue("the value is empty");
}

constexpr std::array<Key<Options>, 21> kOptionKeys{{
    {"failure-policy",
     [](Options& o, std::string_view v) { o.failure_policy = read_choice(v, kFailurePolicies); }},
    {"availability",
     [](Options& o, std::string_view v) { o.availability = read_choice(v, kAvailabilities); }},
    {"available-group", [](Options& o, std::string_view v) { o.available_group = read_group(v); }},
    {"required-group", [](Options& o, std::string_view v) { o.required_group = read_group(v); }},
    {"excluded-group", [](Options& o, std::string_view v) { o.excluded_group = read_group(v); }},
    {"automation-allowed", [](Options& o, std::string_view v) { o.automation_allowed = read_bool(v); }},
    {"show-prompt", [](Options& o, std::string_view v) { o.show_prompt = read_bool(v); }},
    {"share-pairings", [](Options& o, std::string_view v) { o.user_name = read_bool(v) ? "%u" : "%u@%h"; }},
    {"prompt", [](Options& o, std::string_view v) { o.prompt = read_choice(v, kPrompts); }},
    {"push-timeout",
     [](Options& o, std::string_view v) { o.push_timeout = std::chrono::seconds(read_number(v, 5, 300)); }},
    {"otp-tries",
     [](Options& o, std::string_view v) { o.otp_tries = static_cast<unsigned>(read_number(v, 1, 10)); }},
    {"echo-code", [](Options& o, std::string_view v) { o.echo_code = read_bool(v); }},
    {"number-matching",
     [](Options& o, std::string_view v) { o.number_matching = read_choice(v, kNumberMatchings); }},
    {"user-name",
     [](Options& o, std::string_view v) {
       check_user_name(v);
       o.user_name = v;
     }},
    {"ask", [](Options& o, std::string_view v) { o.ask = read_choice(v, kAsks); }},
    {"pairing-source",
     [](Options& o, std::string_view v) { o.pairing_source = read_choice(v, kPairingSources); }},
    {"show-command", [](Options& o, std::string_view v) { o.show_command = read_bool(v); }},
    {"language", [](Options& o, std::string_view v) { o.language = read_language(v); }},
    {"offline-codes", [](Options& o, std::string_view v) { o.offline_codes = read_bool(v); }},
    {"offline-max-age",
     [](Options& o, std::string_view v) { o.offline_max_age = std::chrono::days(read_number(v, 1, 90)); }},
    {"prompt-text", [](Options& o, std::string_view v) { o.prompt_text = read_prompt_text(v); }},
}};

template <typename Target, std::size_t N>
bool set_key(Target& target, const std::array<Key<Target>, N>& keys, std::string_view name,
             std::string_view value) {
  for (const auto& key : keys) {
    if (key.name != name) continue;
    key.set(target, value);
    return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  return "\"" + escape_for_log(text, 64) + "\"";
}

/// share-pairings and user-name both say what a person is called on the server; only one may.
void refuse_two_names(const std::vector<IniEntry>& entries, const std::string& file) {
  const IniEntry* first = nullptr;
  for (const IniEntry& entry : entries) {
    if (entry.key != "share-pairings" && entry.key != "user-name") continue;
    if (first != nullptr)
      throw ConfigError(file, entry.line,
                        first->key + " in line " + std::to_string(first->line) + " and " + entry.key +
                            " contradict each other; keep user-name");
    first = &entry;
  }
}

}  // namespace

Config parse_config(std::string_view text, const std::string& file) {
  Config config;
  const std::vector<IniEntry> entries = parse_ini(text, file);
  for (const IniEntry& entry : entries) {
    bool known = false;
    try {
      if (entry.section == "API") {
        known = set_key(config.api, kApiKeys, entry.key, entry.value);
      } else if (entry.section == "Options") {
        known = set_key(config.options, kOptionKeys, entry.key, entry.value);
      } else {
        throw ConfigError(
            file, entry.line,
            "keys stand in [API] or [Options], not in [" + escape_for_log(entry.section, 64) + "]");
      }
    } catch (const WrongValue& wrong) {
      throw ConfigError(file, entry.line, entry.key + " = " + quoted(entry.value) + ": " + wrong.what());
    }
    if (!known)
      throw ConfigError(
          file, entry.line,
          "unknown key " + quoted(entry.key) + " in [" + entry.section + "]; see toopher.conf(5)");
  }
  refuse_two_names(entries, file);
  if (config.api.base_urls.empty())
    throw ConfigError(file +
                      ": base-url is missing in [API]; it is the server's address, as in "
                      "https://toopher.example.org/v1/");
  return config;
}

namespace {

/// `push_timeout=30` sets `push-timeout`.
std::string argument_key(const std::string& argument) {
  std::string key = argument.substr(0, argument.find('='));
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

}  // namespace

Arguments split_arguments(const std::vector<std::string>& arguments) {
  Arguments result;
  const auto path = [](const std::string& argument, std::size_t prefix) {
    if (argument.size() <= prefix || argument[prefix] != '/')
      throw ConfigError("module argument " + quoted(argument) + ": expected an absolute path");
    return argument.substr(prefix);
  };
  std::vector<std::string> seen;
  for (const std::string& argument : arguments) {
    std::string key = argument_key(argument);
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      throw ConfigError("module argument " + quoted(argument) + ": " + key + " is given twice");
    seen.push_back(std::move(key));
    if (argument.starts_with("conf=")) {
      result.config_file = path(argument, 5);
    } else if (argument.starts_with("helper=")) {
      result.helper = path(argument, 7);
    } else if (argument != "config_fail_closed") {
      result.options.push_back(argument);
    }
  }
  return result;
}

void apply_arguments(Options& options, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "nullok") {
      options.nullok = true;
      continue;
    }
    if (argument == "debug") {
      options.debug = true;
      continue;
    }
    const auto equals = argument.find('=');
    // The helper counts by it, and that reads the file only.
    if (argument_key(argument) == "offline-max-age")
      throw ConfigError("module argument " + quoted(argument) + ": stands in the configuration file only");
    bool known = false;
    try {
      known = equals != std::string::npos &&
              set_key(options, kOptionKeys, argument_key(argument), argument.substr(equals + 1));
    } catch (const WrongValue& wrong) {
      throw ConfigError("module argument " + quoted(argument) + ": " + wrong.what());
    }
    if (!known) throw ConfigError("unknown module argument " + quoted(argument) + "; see pam_toopher(8)");
  }
}

std::string expand_user_name(std::string_view pattern, std::string_view account, std::string_view host) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      name += pattern[i];
      continue;
    }
    const char what = ++i < pattern.size() ? pattern[i] : '\0';
    if (what == 'u') {
      name += account;
    } else if (what == 'h') {
      name += host;
    } else if (what == '%') {
      name += '%';
    } else {
      throw WrongValue("after % stands u (account), h (host name) or another %");
    }
  }
  return name;
}

}  // namespace toopher::config
