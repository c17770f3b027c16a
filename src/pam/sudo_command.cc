// SPDX-License-Identifier: Apache-2.0
#include "pam/sudo_command.h"

#include <algorithm>
#include <array>

#include "base/visible.h"

namespace toopher::pam {
namespace {

enum class Takes { nothing, value, maybe };  // maybe: only as --name=value
struct Option {
  char letter;
  std::string_view name;
  Takes takes;
  bool plain;  ///< changes nothing of what is run
};

/// Those of parse_args.c. -h is not among them: it is the host or help, by what follows it.
constexpr std::array<Option, 27> kOptions{{
    {'A', "askpass", Takes::nothing, true},
    {'B', "bell", Takes::nothing, true},
    {'b', "background", Takes::nothing, true},
    {'C', "close-from", Takes::value, false},
    {'D', "chdir", Takes::value, true},
    {'E', "preserve-env", Takes::maybe, false},
    {'e', "edit", Takes::nothing, false},
    {'g', "group", Takes::value, false},
    {'H', "set-home", Takes::nothing, true},
    {'i', "login", Takes::nothing, false},
    {'K', "remove-timestamp", Takes::nothing, false},
    {'k', "reset-timestamp", Takes::nothing, true},
    {'l', "list", Takes::nothing, false},
    {'N', "no-update", Takes::nothing, true},
    {'n', "non-interactive", Takes::nothing, true},
    {'P', "preserve-groups", Takes::nothing, false},
    {'p', "prompt", Takes::value, true},
    {'R', "chroot", Takes::value, false},
    {'r', "role", Takes::value, false},
    {'S', "stdin", Takes::nothing, true},
    {'s', "shell", Takes::nothing, false},
    {'T', "command-timeout", Takes::value, true},
    {'t', "type", Takes::value, false},
    {'U', "other-user", Takes::value, false},
    {'u', "user", Takes::value, true},
    {'V', "version", Takes::nothing, false},
    {'v', "validate", Takes::nothing, false},
}};

template <typename Match>
const Option* option_that(Match match) {
  const auto* found = std::find_if(kOptions.begin(), kOptions.end(), match);
  return found == kOptions.end() ? nullptr : found;
}

std::string quoted(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : " ") + quote_word(word);
  return text;
}

/// sudo takes it for a variable of the command's environment, and goes on reading options behind it.
bool is_assignment(std::string_view word) {
  return !word.starts_with('/') && word.find('=') != std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string_view>& words) : words_(words) {}

  SudoCommand run() {
    const bool known = read_options();
    rest_.insert(rest_.end(), words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    const bool edits = !words_.empty() && words_.front().ends_with("sudoedit");
    if (!known) return {quoted(words_), "", "", own_prompt_};
    const bool alone = plain_ && !edits && next_ < words_.size();
    return {quoted(alone ? rest_ : words_), target(), std::string(directory_), own_prompt_};
  }

 private:
  /// With -g alone the command runs as the caller.
  [[nodiscard]] std::string target() const {
    if (!user_.empty()) return make_visible(user_);
    return user_given_ || group_given_ ? "" : "root";
  }

  /// False if an option is none that sudo has, or lacks its value.
  bool read_options() {
    for (next_ = std::min<std::size_t>(1, words_.size()); next_ < words_.size();) {
      const std::string_view word = words_[next_];
      if (word == "--") {
        ++next_;
        break;
      }
      if (word.starts_with("--")) {
        if (!take_long(word.substr(2))) return false;
      } else if (word.size() > 1 && word.starts_with('-')) {
        if (!take_letters(word.substr(1))) return false;
      } else if (is_assignment(word)) {
        rest_.push_back(word);
        ++next_;
      } else {
        break;
      }
    }
    return true;
  }

  bool take_long(std::string_view text) {
    const auto equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const Option* option = option_that([name](const Option& one) { return one.name == name; });
    ++next_;
    if (option == nullptr) return false;
    const bool has_value = equals != std::string_view::npos;
    if (has_value ? option->takes == Takes::nothing : option->takes == Takes::value)
      return !has_value && take_next(*option);
    take(*option, has_value ? text.substr(equals + 1) : "");
    return true;
  }

  bool take_letters(std::string_view letters) {
    ++next_;
    while (!letters.empty()) {
      const char letter = letters.front();
      letters.remove_prefix(1);
      const Option* option = option_that([letter](const Option& one) { return one.letter == letter; });
      if (option == nullptr) return false;
      if (option->takes == Takes::value && letters.empty()) return take_next(*option);
      take(*option, option->takes == Takes::value ? letters : "");
      if (option->takes == Takes::value) break;
    }
    return true;
  }

  bool take_next(const Option& option) {
    if (next_ == words_.size()) return false;
    take(option, words_[next_++]);
    return true;
  }

  void take(const Option& option, std::string_view value) {
    plain_ = plain_ && option.plain;
    if (option.letter == 'u') user_ = value, user_given_ = true;
    if (option.letter == 'g') group_given_ = true;
    if (option.letter == 'D') directory_ = value;
    if (option.letter == 'p') own_prompt_ = true;
  }

  const std::vector<std::string_view>& words_;
  std::size_t next_ = 0;
  std::vector<std::string_view> rest_;  ///< assignments, then the command
  std::string_view user_;
  std::string_view directory_;
  bool user_given_ = false;
  bool group_given_ = false;
  bool own_prompt_ = false;
  bool plain_ = true;
};

}  // namespace

bool is_sudo(std::string_view service) {
  return service == "sudo" || service == "sudo-i";
}

SudoCommand read_sudo_command(const std::vector<std::string_view>& words) {
  return Parser(words).run();
}

}  // namespace toopher::pam
