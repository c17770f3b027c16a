// SPDX-License-Identifier: Apache-2.0
// One call of an operation: who asks for what, within which transaction; and how answers are put together.
#ifndef TOOPHER_SERVER_ADMIN_CALL_H
#define TOOPHER_SERVER_ADMIN_CALL_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "server/service/context.h"

namespace toopher::server::admin {

struct Call {
  Context& context;
  const Caller& caller;
  const json_t* parameters;

  /// "" if it was not given.
  [[nodiscard]] std::string text(const char* name) const { return api::optional_string(parameters, name); }
  [[nodiscard]] bool has(const char* name) const { return json_object_get(parameters, name) != nullptr; }
  [[nodiscard]] bool flag(const char* name) const { return api::optional_bool(parameters, name, false); }
  [[nodiscard]] std::int64_t integer(const char* name, std::int64_t otherwise) const {
    return api::optional_integer(parameters, name, otherwise);
  }
};

/// Who changes something, for the audit log: `account`, and for whom sudo ran it (a hint, not a proof; may be empty). Sees the
/// users of the directory that `parameters` name, or of the default one.
Caller operator_named(const std::string& account, std::string_view sudo_user, const json_t* parameters);

/// The name of the account, or its number where it has none.
std::string account_name(unsigned uid);

// An object, member by member.
void put(const api::Json& object, const char* name, std::string_view value);
void put(const api::Json& object, const char* name, const char* value);
void put(const api::Json& object, const char* name, bool value);
void put(const api::Json& object, const char* name, std::int64_t value);
void put(const api::Json& object, const char* name, int value);
void put(const api::Json& object, const char* name, api::Json value);
/// Milliseconds as seconds.
void put_time(const api::Json& object, const char* name, Millis at);
using api::append;
/// Of an array, in order; they live as long as it does. None of anything else.
std::vector<const json_t*> elements(const json_t* array);

// Members of an answer; "", 0 and false where there is none.
std::string text_of(const json_t* object, const char* name);
std::int64_t integer_of(const json_t* object, const char* name);
bool flag_of(const json_t* object, const char* name);

/// A code of digits as people read it, four at a time.
std::string grouped(std::string_view digits);

/// `90s`, `15m`, `8h`, `7d` as milliseconds; 0 for anything else, and for more than ten years.
Millis duration_from(std::string_view text);

/// A duration back from `now`, or a date `2026-11-25`, or `2026-11-25 18:30` (UTC). Throws Refused (400) naming `option`.
Millis point_in_time(std::string_view text, Millis now, const char* option);

}  // namespace toopher::server::admin

#endif
