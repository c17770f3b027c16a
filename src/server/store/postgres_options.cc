// SPDX-License-Identifier: Apache-2.0
#include "server/store/postgres_options.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "base/text.h"

namespace toopher::server::postgres {

namespace {

struct OptionsDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// For what the operator does not say. A peer that has gone without a word is noticed within half a minute even where
/// nothing is sent.
constexpr std::array<std::pair<const char*, const char*>, 8> kDefaults{{
    {"application_name", Options::kApplication},
    {"connect_timeout", "4"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "15000"},
    {"target_session_attrs", "read-write"},
    {"client_encoding", "UTF8"},
}};

bool is_local(std::string_view host) {
  return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" || host == "::1" ||
         host.starts_with("127.");
}

}  // namespace

bool Options::is_meant(std::string_view database) {
  return database.starts_with("postgresql://") || database.starts_with("postgres://") ||
         database.starts_with("service=");
}

Options::Options(const std::string& database) {
  // Its own message would repeat a part of the text, and that may be a password.
  const std::unique_ptr<PQconninfoOption, OptionsDeleter> parsed(PQconninfoParse(database.c_str(), nullptr));
  if (!parsed) throw std::invalid_argument("it is not a connection URI that libpq understands");
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "password")
      throw std::invalid_argument("a password does not belong there; put it into database-password-file");
    parameters_.emplace_back(option->keyword, option->val);
  }
  for (const auto& [name, value] : kDefaults) {
    if (value_of(name).empty()) parameters_.emplace_back(name, value);
  }
}

void Options::name_instance(std::string_view instance) {
  std::erase_if(parameters_, [](const auto& parameter) { return parameter.first == "application_name"; });
  parameters_.emplace_back("application_name", std::string(kApplication) + " " + std::string(instance));
}

std::string Options::value_of(std::string_view name) const {
  const auto place = std::find_if(parameters_.begin(), parameters_.end(),
                                  [name](const auto& parameter) { return parameter.first == name; });
  return place == parameters_.end() ? std::string() : place->second;
}

std::string Options::name() const {
  const std::string service = value_of("service");
  const std::string host = value_of("host").empty() ? value_of("hostaddr") : value_of("host");
  const std::string database = value_of("dbname");
  std::string name = "PostgreSQL " + (host.empty() ? "on this machine" : host);
  if (host.empty() && !service.empty()) name = "PostgreSQL service " + service;
  return database.empty() ? name : name + ", database " + database;
}

bool Options::is_open_to_others() const {
  const std::string hosts = value_of("host") + "," + value_of("hostaddr");
  const auto each = split(hosts, ',');
  const bool remote =
      std::any_of(each.begin(), each.end(), [](std::string_view host) { return !is_local(host); });
  return remote && value_of("sslmode") != "verify-full" && value_of("sslrootcert") != "system";
}

}  // namespace toopher::server::postgres
