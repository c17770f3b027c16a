// SPDX-License-Identifier: Apache-2.0
#include "server/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "api/json.h"
#include "api/json_writer.h"
#include "api/objects.h"
#include "base/text.h"
#include "server/wall_clock.h"

namespace toopher::server {

namespace {

std::atomic<LogFormat> current_format{LogFormat::text};

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::notice:
      return "notice";
    case LogLevel::info:
      return "info";
  }
  return "notice";
}

/// Whether the standard error is the journal, which takes a line's `<N>` for its priority: $JOURNAL_STREAM names its device
/// and inode (systemd.exec(5)).
bool is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

/// One write for one or many lines, so that those of other threads do not come in between.
void write_lines(const std::string& lines) {
  (void)std::fwrite(lines.data(), 1, lines.size(), stderr);
}

std::string prefix(LogLevel level) {
  static const bool journal = is_journal();
  return journal ? "<" + std::to_string(static_cast<int>(level)) + ">" : std::string();
}

/// Of an audit event, whose line begins with its time and what it is.
LogLevel level_of(std::string_view line) {
  constexpr std::string_view kEvent = R"("event":")";
  const auto event = line.find(kEvent);
  const bool alert =
      event != std::string_view::npos && line.substr(event + kEvent.size()).starts_with("ALERT ");
  return alert ? LogLevel::warning : LogLevel::notice;
}

/// ` name=value` for each member but those that are said otherwise.
std::string as_text(const json_t* object) {
  std::string text;
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object), name, value) {
    const std::string_view key(name);
    if (key == "time" || key == "event" || !json_is_string(value)) continue;
    text.append(" ").append(name).append("=").append(escape_for_log(json_string_value(value)));
  }
  return text;
}

}  // namespace

void set_log_format(LogFormat format) {
  current_format = format;
}

std::string log_line(LogFormat format, LogLevel level, std::string_view time, std::string_view event,
                     std::string_view message,
                     std::initializer_list<std::pair<const char*, std::string_view>> fields) {
  if (format == LogFormat::text) {
    std::string text = std::string(program_invocation_short_name) + ": " + std::string(message);
    for (const auto& [name, value] : fields)
      text.append(" ").append(name).append("=").append(escape_for_log(value));
    return text;
  }
  api::JsonWriter json;
  json.begin_object().member("kind", "server").member("time", time).member("level", level_name(level));
  json.member("event", event).member("message", message);
  for (const auto& [name, value] : fields) json.member(name, value);
  json.end_object();
  return std::move(json).take();
}

std::string audit_line(LogFormat format, const std::string& line) {
  if (format == LogFormat::json) {
    std::string text = R"({"kind":"audit","level":")";
    return text.append(level_name(level_of(line))).append("\",").append(line, 1);
  }
  const api::Json object = api::parse_object(line);
  return std::string(program_invocation_short_name) +
         ": audit: " + sanitize_for_display(api::optional_string(object.get(), "event")) +
         as_text(object.get());
}

void log(LogLevel level, std::string_view event, std::string_view message,
         std::initializer_list<std::pair<const char*, std::string_view>> fields) {
  const std::string time = api::api_time(wall_clock() / kSecond) + "Z";
  write_lines(prefix(level) + log_line(current_format, level, time, event, message, fields) + "\n");
}

void log_audit(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += prefix(level_of(line));
    text += audit_line(current_format, line);
    text += '\n';
  }
  if (!text.empty()) write_lines(text);
}

}  // namespace toopher::server
