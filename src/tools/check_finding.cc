// SPDX-License-Identifier: Apache-2.0
#include "tools/check_finding.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "api/json.h"
#include "base/text.h"

namespace toopher::tools {
namespace {

constexpr std::size_t kMaxSentence = 2000;  // characters
constexpr std::string_view kIndent = "           ";

struct AreaName {
  Area area;
  const char* word;
  const char* title;
};
constexpr std::array<AreaName, 7> kAreas{{{Area::files, "files", "Files"},
                                          {Area::installation, "installation", "Installation"},
                                          {Area::server, "server", "Server"},
                                          {Area::user, "user", "User"},
                                          {Area::services, "services", "Services (pam.d)"},
                                          {Area::sshd, "sshd", "sshd"},
                                          {Area::upgrade, "upgrade", "Coming from the earlier Toopher PAM"}}};

const char* word(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "ok";
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

const char* label(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "  ok       ";
    case Severity::info:
      return "  info     ";
    case Severity::warning:
      return "  WARNING  ";
    case Severity::error:
      break;
  }
  return "  ERROR    ";
}

/// `text` broken at blanks; the first line begins with `first`, the others with kIndent and `hang`.
std::string wrapped(std::string_view first, std::string_view text, std::string_view hang,
                    std::size_t columns) {
  std::string result(first);
  std::size_t used = first.size();
  bool fresh = true;
  for (const std::string_view each : split(text, ' ')) {
    if (!fresh && used + 1 + each.size() > columns) {
      result += "\n" + std::string(kIndent) + std::string(hang);
      used = kIndent.size() + hang.size();
      fresh = true;
    }
    if (!fresh) {
      result += ' ';
      ++used;
    }
    result += each;
    used += each.size();
    fresh = false;
  }
  return result + "\n";
}

std::string counted(std::ptrdiff_t count, const char* what) {
  return (count == 0 ? std::string("no") : std::to_string(count)) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

void Findings::add(Finding finding) {
  finding.what = sanitize_for_display(finding.what, kMaxSentence);
  finding.what_to_do = sanitize_for_display(finding.what_to_do, kMaxSentence);
  const bool known = std::any_of(findings_.begin(), findings_.end(),
                                 [&](const Finding& other) { return other.what == finding.what; });
  if (!known) findings_.push_back(std::move(finding));
}

int Findings::exit_status() const {
  Severity worst = Severity::ok;
  for (const Finding& finding : findings_) worst = std::max(worst, finding.severity);
  if (worst == Severity::error) return 2;
  return worst == Severity::warning ? 1 : 0;
}

std::string Findings::text(unsigned columns) const {
  std::string result;
  for (const AreaName& area : kAreas) {
    bool titled = false;
    for (const Finding& finding : findings_) {
      if (finding.area != area.area) continue;
      if (!titled) result += std::string(result.empty() ? "" : "\n") + area.title + "\n";
      titled = true;
      result += wrapped(label(finding.severity), finding.what, "", columns);
      if (!finding.what_to_do.empty())
        result += wrapped(std::string(kIndent) + "-> ", finding.what_to_do, "   ", columns);
    }
  }
  const auto count = [this](Severity severity) {
    return std::count_if(findings_.begin(), findings_.end(),
                         [&](const Finding& finding) { return finding.severity == severity; });
  };
  return result + "\n" + counted(count(Severity::error), "error") + ", " +
         counted(count(Severity::warning), "warning") + ".\n";
}

std::string Findings::json() const {
  api::Json list(json_array());
  for (const Finding& finding : findings_) {
    const auto area = std::find_if(kAreas.begin(), kAreas.end(),
                                   [&](const AreaName& row) { return row.area == finding.area; });
    api::Json object(json_object());
    api::set_member(object, "area", api::json_text(area->word));
    api::set_member(object, "severity", api::json_text(word(finding.severity)));
    api::set_member(object, "what", api::json_text(finding.what));
    api::set_member(object, "what_to_do", api::json_text(finding.what_to_do));
    if (!list || json_array_append_new(list.get(), object.release()) != 0) throw std::bad_alloc();
  }
  const api::Json result(json_object());
  api::set_member(result, "status", api::Json(json_integer(exit_status())));
  api::set_member(result, "findings", std::move(list));
  return api::dump(result.get()) + "\n";
}

}  // namespace toopher::tools
