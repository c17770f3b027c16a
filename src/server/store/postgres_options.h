// SPDX-License-Identifier: Apache-2.0
// How PostgreSQL is reached: what the configuration says, and what toopherd adds so that nothing waits for ever.
#ifndef TOOPHER_SERVER_STORE_POSTGRES_OPTIONS_H
#define TOOPHER_SERVER_STORE_POSTGRES_OPTIONS_H

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace toopher::server::postgres {

class Options {
 public:
  /// Whether a configuration's `database` names a PostgreSQL: postgresql://…, postgres://… or service=NAME.
  static bool is_meant(std::string_view database);

  /// Reads a connection URI or string of libpq (its manual, section 34.1). Throws std::invalid_argument for another text and
  /// for one with a password, which belongs into a file; what() repeats nothing of it.
  explicit Options(const std::string& database);

  /// How PostgreSQL's pg_stat_activity names toopherd's connections; those of an instance go on with a blank and its name.
  static constexpr const char* kApplication = "toopherd";
  /// Whatever the configuration says: instances are known to each other by it.
  void name_instance(std::string_view instance);

  void set_password(std::string_view password) {
    password_ = Secret(password);
    password_.append(std::string_view("\0", 1));  // libpq takes what ends with a null byte
  }

  /// Calls `use` with what PQconnectdbParams takes.
  template <typename Use>
  auto with_parameters(Use use) const {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : parameters_) {
      names.push_back(name.c_str());
      values.push_back(value.c_str());
    }
    if (!password_.empty()) {
      names.push_back("password");
      values.push_back(password_.view().data());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    return use(names.data(), values.data());
  }

  /// Server and database for messages, as "PostgreSQL db.example.org/toopher".
  [[nodiscard]] std::string name() const;

  /// A network is between here and the server, and its certificate is not checked.
  [[nodiscard]] bool is_open_to_others() const;

 private:
  [[nodiscard]] std::string value_of(std::string_view name) const;

  std::vector<std::pair<std::string, std::string>> parameters_;
  Secret password_;
};

}  // namespace toopher::server::postgres

#endif
