// SPDX-License-Identifier: Apache-2.0
#include "server/admin/call.h"

#include <pwd.h>

#include <algorithm>
#include <ctime>
#include <new>

#include "base/text.h"

namespace toopher::server::admin {

Caller operator_named(const std::string& account, std::string_view sudo_user, const json_t* parameters) {
  Caller caller;
  caller.name = "toopher-admin, " + account;
  if (!sudo_user.empty()) caller.name += " for " + sanitize_for_display(sudo_user);
  caller.scopes.add(Scope::admin);
  if (const std::string directory = text_of(parameters, "directory"); !directory.empty())
    caller.directory = directory;
  return caller;
}

std::string account_name(unsigned uid) {
  const passwd* const account = ::getpwuid(uid);
  return account == nullptr ? std::to_string(uid) : account->pw_name;
}

void put(const api::Json& object, const char* name, std::string_view value) {
  api::set_member(object, name, api::json_text(value));
}

void put(const api::Json& object, const char* name, const char* value) {
  put(object, name, std::string_view(value));
}

void put(const api::Json& object, const char* name, bool value) {
  api::set_member(object, name, api::Json(json_boolean(value)));
}

void put(const api::Json& object, const char* name, std::int64_t value) {
  api::set_member(object, name, api::Json(json_integer(value)));
}

void put(const api::Json& object, const char* name, int value) {
  put(object, name, static_cast<std::int64_t>(value));
}

void put(const api::Json& object, const char* name, api::Json value) {
  api::set_member(object, name, std::move(value));
}

void put_time(const api::Json& object, const char* name, Millis at) {
  put(object, name, at / kSecond);
}

std::vector<const json_t*> elements(const json_t* array) {
  std::vector<const json_t*> found;
  for (std::size_t i = 0; i < json_array_size(array); ++i) found.push_back(json_array_get(array, i));
  return found;
}

std::string text_of(const json_t* object, const char* name) {
  const json_t* const value = json_object_get(object, name);
  return json_is_string(value) ? std::string(json_string_value(value), json_string_length(value)) : "";
}

std::int64_t integer_of(const json_t* object, const char* name) {
  return json_integer_value(json_object_get(object, name));
}

bool flag_of(const json_t* object, const char* name) {
  return json_is_true(json_object_get(object, name));
}

std::string grouped(std::string_view digits) {
  std::string text;
  for (; !digits.empty(); digits.remove_prefix(std::min<std::size_t>(4, digits.size())))
    text += (text.empty() ? "" : "-") + std::string(digits.substr(0, 4));
  return text;
}

Millis duration_from(std::string_view text) {
  constexpr std::uint64_t kMostSeconds = 3650ULL * 86400ULL;
  if (text.size() < 2) return 0;
  const auto number = parse_decimal(text.substr(0, text.size() - 1), kMostSeconds);
  const auto unit = std::string_view("smhd").find(text.back());
  if (!number || unit == std::string_view::npos) return 0;
  constexpr std::uint64_t kSecondsOf[] = {1, 60, 3600, 86400};
  const std::uint64_t seconds = *number * kSecondsOf[unit];
  return seconds > kMostSeconds ? 0 : static_cast<Millis>(seconds) * kSecond;
}

Millis point_in_time(std::string_view text, Millis now, const char* option) {
  if (const Millis back = duration_from(text); back != 0) return now - back;
  const std::string date(text);
  for (const char* const form : {"%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* const end = ::strptime(date.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return static_cast<Millis>(::timegm(&parts)) * kSecond;
  }
  refuse(400, std::string("--") + option +
                  " is a duration as 90s, 15m, 8h or 7d, or a date as 2026-11-25 or \"2026-11-25 18:30\"");
}

}  // namespace toopher::server::admin
