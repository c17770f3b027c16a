// SPDX-License-Identifier: Apache-2.0
// A host that stays when a login is over, so that it can be looked into, and that can have another one:
//
//     kept_host CONFDIR USER
//
// Each line of standard input names a service and is a login; it is over for libpam when the next line comes. Prints `ready`,
// `ask TEXT` for a prompt, whose answer is the next line of standard input, `log TEXT` for what would go to syslog,
// `code NUMBER` at the end, and `used BYTES`, what malloc has given out, when it is over. What it was answered it keeps nowhere.
#include <malloc.h>
#include <security/pam_appl.h>
#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using Line = std::array<char, 512>;

/// One line without its end, byte by byte: a buffer would keep it. False at the end of the input.
bool read_line(Line& line) {
  for (std::size_t size = 0; size < line.size(); ++size) {
    if (::read(STDIN_FILENO, &line[size], 1) != 1) return false;
    if (line[size] != '\n') continue;
    line[size] = '\0';
    return true;
  }
  return false;
}

void say(const char* what, const char* text) {
  std::printf("%s %s\n", what, text);
  (void)std::fflush(stdout);
}

char* answer_to(const char* prompt) {
  say("ask", prompt);
  Line line{};
  char* const answer = read_line(line) ? ::strdup(line.data()) : nullptr;
  ::explicit_bzero(line.data(), line.size());
  return answer;
}

int converse(int count, const pam_message** messages, pam_response** replies, void* /*data*/) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the caller frees it with free() (pam_conv(3))
  *replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (*replies == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style == PAM_PROMPT_ECHO_ON || style == PAM_PROMPT_ECHO_OFF)
      (*replies)[i].resp = answer_to(messages[i]->msg);
  }
  return PAM_SUCCESS;
}

void no_delay(int /*status*/, unsigned /*microseconds*/, void* /*data*/) {}

/// Authenticates for the service that `line` names, says how it ended, and keeps the handle until the next line came; false if
/// none comes.
bool log_in(const char* confdir, const char* user, Line& line) {
  const pam_conv conversation{converse, nullptr};
  pam_handle_t* handle = nullptr;
  int code = ::pam_start_confdir(line.data(), user, &conversation, confdir, &handle);
  if (code == PAM_SUCCESS)
    code = ::pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&no_delay));
  if (code == PAM_SUCCESS) code = ::pam_authenticate(handle, 0);
  say("code", std::to_string(code).c_str());
  const bool more = read_line(line);
  (void)::pam_end(handle, code);
  say("used", std::to_string(::mallinfo2().uordblks).c_str());
  return more;
}

}  // namespace

/// Instead of the C library's, which libpam calls.
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): its name
extern "C" __attribute__((visibility("default"), format(printf, 3, 4))) void __syslog_chk(int, int,
                                                                                          const char* format,
                                                                                          ...) {
  char text[2048];
  va_list arguments;
  va_start(arguments, format);
  (void)std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  say("log", text);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    (void)std::fputs("usage: kept_host CONFDIR USER\n", stderr);
    return 2;
  }
  say("ready", "");
  Line line{};
  bool more = read_line(line);
  while (more) more = log_in(argv[1], argv[2], line);
  return 0;
}
