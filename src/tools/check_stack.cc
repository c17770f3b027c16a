// SPDX-License-Identifier: Apache-2.0
#include "tools/check_stack.h"

#include <dirent.h>
#include <fcntl.h>
#include <security/_pam_types.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace toopher::tools {
namespace {

constexpr std::size_t kMaxFile = 262'144;  // bytes
constexpr std::size_t kMaxLine = 1022;     // libpam's buffer, without line feed and NUL
constexpr unsigned kMostIncludes = 16;     // as newer libpams; 1.5 crashes where a file includes itself
constexpr int kUndefined = -6;             // not named yet in a bracketed control
constexpr std::string_view kBlank = " \n\t";

/// In the order of their numbers.
constexpr std::array<std::string_view, kPamCodes> kCodeNames{"success",
                                                             "open_err",
                                                             "symbol_err",
                                                             "service_err",
                                                             "system_err",
                                                             "buf_err",
                                                             "perm_denied",
                                                             "auth_err",
                                                             "cred_insufficient",
                                                             "authinfo_unavail",
                                                             "user_unknown",
                                                             "maxtries",
                                                             "new_authtok_reqd",
                                                             "acct_expired",
                                                             "session_err",
                                                             "cred_unavail",
                                                             "cred_expired",
                                                             "cred_err",
                                                             "no_module_data",
                                                             "conv_err",
                                                             "authtok_err",
                                                             "authtok_recover_err",
                                                             "authtok_lock_busy",
                                                             "authtok_disable_aging",
                                                             "try_again",
                                                             "ignore",
                                                             "abort",
                                                             "authtok_expired",
                                                             "module_unknown",
                                                             "bad_item",
                                                             "conv_again",
                                                             "incomplete"};

struct Word {
  std::string_view name;
  int value;
};
constexpr std::array<Word, 6> kActionNames{{{"ignore", action::kIgnore},
                                            {"ok", action::kOk},
                                            {"done", action::kDone},
                                            {"bad", action::kBad},
                                            {"die", action::kDie},
                                            {"reset", action::kReset}}};

/// The four old control words: what each does by default, with success, and with a password that is about to expire.
struct Simple {
  std::string_view name;
  int otherwise;
  int success;
};
constexpr std::array<Simple, 4> kSimple{{{"required", action::kBad, action::kOk},
                                         {"requisite", action::kDie, action::kOk},
                                         {"optional", action::kIgnore, action::kOk},
                                         {"sufficient", action::kIgnore, action::kDone}}};

struct FacilityName {
  std::string_view name;
  Facility facility;
};
constexpr std::array<FacilityName, 4> kFacilities{{{"auth", Facility::auth},
                                                   {"account", Facility::account},
                                                   {"session", Facility::session},
                                                   {"password", Facility::password}}};

void fill(std::array<int, kPamCodes>& actions, int value) {
  std::replace(actions.begin(), actions.end(), kUndefined, value);
}

/// Takes the longest run of characters that are not in `ends` off `rest`, leading blanks first.
std::string_view take_until(std::string_view& rest, std::string_view ends) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  const auto length = std::min(rest.find_first_of(ends), rest.size());
  const auto taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

std::optional<int> action_named(std::string_view name) {
  for (const Word& word : kActionNames)
    if (word.name == name) return word.value;
  const auto jump = parse_decimal(name, 1'000'000);
  return jump && *jump > 0 ? std::optional(static_cast<int>(*jump)) : std::nullopt;
}

/// One `value=action`; false if it is none.
bool take_pair(std::string_view& rest, std::array<int, kPamCodes>& actions) {
  const std::string_view name = take_until(rest, " \n\t=");
  if (!take_until(rest, "=").empty() || rest.empty()) return false;
  rest.remove_prefix(1);
  const auto what = action_named(take_until(rest, kBlank));
  if (!what) return false;
  if (name == "default") {
    fill(actions, *what);
    return true;
  }
  const auto* const code = std::find(kCodeNames.begin(), kCodeNames.end(), name);
  if (code == kCodeNames.end()) return false;
  actions.at(static_cast<std::size_t>(code - kCodeNames.begin())) = *what;
  return true;
}

/// Words between blanks; one that begins with [ ends with the next ] that no backslash precedes.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// "" at the end.
  std::string next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
    if (!rest_.starts_with('[')) return std::string(take_until(rest_, kBlank));
    rest_.remove_prefix(1);
    std::string word;
    while (!rest_.empty() && rest_.front() != ']') {
      if (rest_.starts_with("\\]")) rest_.remove_prefix(1);
      word += rest_.front();
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 1));
    return word;
  }

 private:
  std::string_view rest_;
};

struct LogicalLine {
  std::string text;
  std::size_t number = 0;  ///< of its first physical line
  bool complete = true;    ///< false: the file ends in the middle of it
};

/// Lines without comments, continued ones joined, as libpam's _pam_assemble_line does it.
std::vector<LogicalLine> logical_lines(std::string_view text) {
  std::vector<LogicalLine> lines;
  std::optional<LogicalLine> open;
  std::size_t number = 0;
  for (const std::string_view physical : split(text, '\n')) {
    ++number;
    std::string_view line = trim(physical);
    if (line.empty() || line.front() == '#') continue;
    const auto comment = line.find('#');
    line = trim(line.substr(0, comment));
    const bool continues = comment == std::string_view::npos && line.ends_with('\\');
    if (continues) line.remove_suffix(1);
    if (!open) open = LogicalLine{{}, number, true};
    open->text += std::string(line) + " ";
    if (continues) continue;
    lines.push_back(std::move(*open));
    open.reset();
  }
  if (open) {
    open->complete = false;
    lines.push_back(std::move(*open));
  }
  return lines;
}

std::optional<std::string> read_text(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return std::nullopt;
  try {
    return std::string(read_all(fd.get(), path, kMaxFile).view());
  } catch (const FileError&) {
    return std::nullopt;
  }
}

/// Reads one service's stack, following what it includes.
class Reader {
 public:
  Reader(const PamFiles& files, Facility wanted) : files_(files), wanted_(wanted) {}

  Stack take(bool usable) {
    stack_.unusable = !usable;
    return std::move(stack_);
  }

  /// False if there is no such file, or if libpam gives up on it.
  bool read(const std::string& path, unsigned level, unsigned depth) {
    const auto text = read_text(path);
    if (!text) return false;
    if (std::find(stack_.files.begin(), stack_.files.end(), path) == stack_.files.end())
      stack_.files.push_back(path);
    for (const LogicalLine& source : logical_lines(*text)) {
      StackLine line;
      line.level = level;
      line.file = path;
      line.number = source.number;
      if (!source.complete || source.text.size() > kMaxLine) {
        problem(line,
                source.complete ? "the line is too long for libpam" : "the file ends in a continued line");
        return false;
      }
      if (!read_line(source.text, line, depth)) return false;
    }
    return true;
  }

 private:
  struct Type {
    bool wanted = false;
    bool known = true;
  };

  /// False if libpam gives up on the whole file.
  bool read_line(std::string_view text, StackLine& line, unsigned depth) {
    Words words(text);
    const std::string first = words.next();
    if (to_lower_ascii(first) == "@include") return include_all(line, words.next(), depth);
    const Type type = type_of(first);
    if (type.wanted && type.known) take_rest(line, words, depth);
    if (type.wanted && !type.known)
      reject(line, "\"" + first + "\" is no type (auth, account, session, password)");
    return true;
  }

  [[nodiscard]] Type type_of(std::string_view word) const {
    if (word.starts_with('-')) word.remove_prefix(1);
    const std::string lower = to_lower_ascii(word);
    for (const FacilityName& row : kFacilities)
      if (row.name == lower) return {row.facility == wanted_, true};
    // libpam takes it for auth, and denies.
    return {wanted_ == Facility::auth, false};
  }

  void take_rest(StackLine& line, Words& words, unsigned depth) {
    const std::string control = words.next();
    const std::string lower = to_lower_ascii(control);
    line.module = words.next();
    if (lower == "include" || lower == "substack")
      return include(line, line.module, lower == "substack", depth);
    if (!parse_control(control, line.actions))
      problem(line, "the control \"" + sanitize_for_display(control, 60) + "\" is not understood");
    if (line.module.empty()) return reject(line, "no module is named");
    for (std::string argument = words.next(); !argument.empty(); argument = words.next())
      line.arguments.push_back(std::move(argument));
    stack_.lines.push_back(std::move(line));
  }

  /// Debian's `@include`, for all four types at once.
  bool include_all(StackLine& line, const std::string& name, unsigned depth) {
    if (read_included(name, line.level, depth)) return true;
    if (!one_type_) {
      problem(line, cannot_be_included(name));
      return false;
    }
    reject(line, cannot_be_included(name));
    return true;
  }

  void include(StackLine& line, const std::string& name, bool substack, unsigned depth) {
    if (substack) {
      StackLine begin = line;
      begin.kind = StackLine::Kind::substack;
      stack_.lines.push_back(std::move(begin));
    }
    const bool outer = std::exchange(one_type_, true);
    const bool done = read_included(name, line.level + (substack ? 1 : 0), depth);
    one_type_ = outer;
    if (!done) reject(line, cannot_be_included(name));
  }

  bool read_included(const std::string& name, unsigned level, unsigned depth) {
    if (depth == kMostIncludes) return false;
    const std::string path = files_.find(name);
    return !path.empty() && read(path, level, depth + 1);
  }

  static std::string cannot_be_included(const std::string& name) {
    return "\"" + sanitize_for_display(name, 60) + "\" cannot be included";
  }

  void problem(const StackLine& line, const std::string& what) {
    stack_.problems.push_back(line.where() + ": " + what);
  }

  void reject(StackLine& line, const std::string& what) {
    problem(line, what);
    line.kind = StackLine::Kind::must_fail;
    line.actions.fill(action::kBad);
    stack_.lines.push_back(std::move(line));
  }

  const PamFiles& files_;
  Facility wanted_;
  bool one_type_ = false;  ///< inside an `include` of one type
  Stack stack_;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::string_view StackLine::module_name() const {
  return std::string_view(module).substr(module.rfind('/') + 1);
}

bool parse_control(std::string_view text, std::array<int, kPamCodes>& actions) {
  actions.fill(kUndefined);
  const std::string lower = to_lower_ascii(text);
  for (const Simple& simple : kSimple) {
    if (simple.name != lower) continue;
    actions.fill(simple.otherwise);
    actions[PAM_SUCCESS] = actions[PAM_NEW_AUTHTOK_REQD] = simple.success;
    actions[PAM_IGNORE] = action::kIgnore;
    return true;
  }
  for (std::string_view rest = trim(text); !rest.empty(); rest = trim(rest)) {
    if (take_pair(rest, actions)) continue;
    actions.fill(action::kBad);
    return false;
  }
  fill(actions, action::kBad);
  return true;
}

std::vector<std::string> PamFiles::services() const {
  std::set<std::string> names;
  for (const std::string& path : directories_) {
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
    if (!directory) continue;
    while (const dirent* const entry =
               ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe): one thread
      const std::string name = entry->d_name;
      // Backups of editors and dpkg are no services that anything asks for.
      if (name.find_first_of(".~#") == std::string::npos) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

std::string PamFiles::find(const std::string& name) const {
  const auto exists = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
  if (name.starts_with('/')) return exists(name) ? name : std::string();
  for (const std::string& directory : directories_) {
    std::string path = directory;
    path.append("/").append(name);
    if (!name.empty() && exists(path)) return path;
  }
  return {};
}

Stack PamFiles::stack(const std::string& service, Facility facility) const {
  for (const std::string& name : {service, std::string("other")}) {
    const std::string path = find(name);
    if (path.empty()) continue;
    Reader reader(*this, facility);
    const bool usable = reader.read(path, 0, 0);
    Stack stack = reader.take(usable);
    if (stack.unusable || !stack.lines.empty()) return stack;
  }
  return {};
}

}  // namespace toopher::tools
