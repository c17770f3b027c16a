// SPDX-License-Identifier: Apache-2.0
// The files of pam.d(5), read as libpam reads them: what a service runs in one of its four steps.
#ifndef TOOPHER_TOOLS_CHECK_STACK_H
#define TOOPHER_TOOLS_CHECK_STACK_H

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toopher::tools {

/// What a line does with its module's result; a number above 0 jumps over that many lines.
namespace action {
inline constexpr int kIgnore = 0;
inline constexpr int kOk = -1;
inline constexpr int kDone = -2;
inline constexpr int kBad = -3;
inline constexpr int kDie = -4;
inline constexpr int kReset = -5;
}  // namespace action

inline constexpr std::size_t kPamCodes = 32;  ///< PAM_SUCCESS to PAM_INCOMPLETE

enum class Facility { auth, account, session, password };

struct StackLine {
  enum class Kind {
    module,
    substack,   ///< begins one; its lines follow with a higher level
    must_fail,  ///< libpam could not make sense of the line, and denies
  };
  Kind kind = Kind::module;
  std::array<int, kPamCodes> actions{};
  std::string module;  ///< as written; for a substack the file's name
  std::vector<std::string> arguments;
  unsigned level = 0;  ///< how many substacks deep
  std::string file;
  std::size_t number = 0;  ///< of the line in `file`

  /// File name of the module without directories.
  [[nodiscard]] std::string_view module_name() const;
  /// FILE:LINE
  [[nodiscard]] std::string where() const { return file + ":" + std::to_string(number); }
};

struct Stack {
  std::vector<StackLine> lines;
  std::vector<std::string> problems;  ///< sentences that begin with FILE:LINE
  std::vector<std::string> files;     ///< every file that was read, in order, each once
  bool unusable = false;              ///< libpam gives up on the service as a whole (PAM_ABORT)
};

/// The services of a machine.
class PamFiles {
 public:
  /// The first directory that has a file wins.
  explicit PamFiles(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  /// Names of all services, sorted; files that are only included by others are among them.
  [[nodiscard]] std::vector<std::string> services() const;
  /// What `service` runs for `facility`; that of the service `other` if it has nothing of its own.
  [[nodiscard]] Stack stack(const std::string& service, Facility facility) const;
  /// The file that `name` stands for, or "" if there is none.
  [[nodiscard]] std::string find(const std::string& name) const;

 private:
  std::vector<std::string> directories_;
};

/// What libpam makes of the word or the bracketed list between type and module. False if it is not understood; then
/// everything is `bad`.
[[nodiscard]] bool parse_control(std::string_view text, std::array<int, kPamCodes>& actions);

}  // namespace toopher::tools

#endif
