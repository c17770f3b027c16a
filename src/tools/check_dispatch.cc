// SPDX-License-Identifier: Apache-2.0
#include "tools/check_dispatch.h"

#include <security/_pam_types.h>

#include <map>

namespace toopher::tools {
namespace {

/// libpam's "must fail" code.
constexpr int kMustFail = PAM_PERM_DENIED;

enum class Impression { undefined, positive, negative };

struct State {
  Impression impression = Impression::undefined;
  int status = kMustFail;
};

class Dispatch {
 public:
  Dispatch(const Stack& stack, const std::function<int(const StackLine&)>& result)
      : lines_(stack.lines), result_(result) {}

  Dispatched run() {
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      const unsigned level = lines_[at_].level;
      if (level > previous_level_) entered_[level] = now_;
      const StackLine& line = lines_[at_];
      if (line.kind != StackLine::Kind::substack) judge(line);
      previous_level_ = level;
    }
    if (now_.status == PAM_SUCCESS && now_.impression != Impression::positive) now_.status = kMustFail;
    return {now_.status, std::move(consulted_)};
  }

 private:
  int call(const StackLine& line) {
    if (line.kind == StackLine::Kind::must_fail) return kMustFail;
    consulted_.push_back(at_);
    return result_(line);
  }

  void judge(const StackLine& line) {
    const int code = call(line);
    const int what = line.actions.at(static_cast<std::size_t>(code));
    switch (what) {
      case action::kIgnore:
        return;
      case action::kReset:
        now_ = entered_[line.level];
        return;
      case action::kOk:
      case action::kDone:
        accept(code);
        if (what == action::kDone && now_.impression == Impression::positive) leave(line.level);
        return;
      case action::kBad:
      case action::kDie:
        refuse(code);
        if (what == action::kDie) leave(line.level);
        return;
      default:
        jump(what, line.level);
    }
  }

  void accept(int code) {
    const bool open = now_.impression == Impression::undefined ||
                      (now_.impression == Impression::positive && now_.status == PAM_SUCCESS);
    if (open) now_ = {Impression::positive, code};
  }

  void refuse(int code) {
    if (now_.impression == Impression::negative) return;
    now_ = {Impression::negative, code == PAM_IGNORE ? kMustFail : code};
  }

  [[nodiscard]] bool next_is_within(unsigned level) const {
    return at_ + 1 < lines_.size() && lines_[at_ + 1].level >= level;
  }

  /// The rest of this substack, or of the whole, is not looked at.
  void leave(unsigned level) {
    while (next_is_within(level)) ++at_;
  }

  /// A substack counts as one line. An action that libpam does not know comes here, too.
  void jump(int lines, unsigned level) {
    for (; lines > 0 && next_is_within(level); --lines) {
      ++at_;
      while (next_is_within(level + 1)) ++at_;
    }
    if (lines != 0) now_ = {Impression::negative, kMustFail};
  }

  const std::vector<StackLine>& lines_;
  const std::function<int(const StackLine&)>& result_;
  State now_;
  std::map<unsigned, State> entered_;
  std::vector<std::size_t> consulted_;
  std::size_t at_ = 0;
  unsigned previous_level_ = 0;
};

}  // namespace

Dispatched dispatch(const Stack& stack, const std::function<int(const StackLine&)>& result) {
  if (stack.unusable) return {PAM_ABORT, {}};
  return Dispatch(stack, result).run();
}

}  // namespace toopher::tools
