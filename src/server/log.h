// SPDX-License-Identifier: Apache-2.0
// What the running server tells its operator: one line an event on the standard error, which the journal keeps.
#ifndef TOOPHER_SERVER_LOG_H
#define TOOPHER_SERVER_LOG_H

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toopher::server {

/// The priorities of syslog(3).
enum class LogLevel { error = 3, warning = 4, notice = 5, info = 6 };

enum class LogFormat { json, text };

/// For all lines from now on. Text, as people read it, if never called.
void set_log_format(LogFormat format);

/// `{"kind":"server","time":…,"level":…,"event":…,"message":…}` and the fields, or as text. Any thread. Never a secret.
void log(LogLevel level, std::string_view event, std::string_view message,
         std::initializer_list<std::pair<const char*, std::string_view>> fields = {});

/// Audit events, each a JSON object that begins with its time and event, as one group: kind `audit`, level notice, or
/// warning for an ALERT.
void log_audit(const std::vector<std::string>& lines);

/// What those two write, without the line feed.
[[nodiscard]] std::string log_line(LogFormat format, LogLevel level, std::string_view time,
                                   std::string_view event, std::string_view message,
                                   std::initializer_list<std::pair<const char*, std::string_view>> fields);
[[nodiscard]] std::string audit_line(LogFormat format, const std::string& line);

}  // namespace toopher::server

#endif
