// SPDX-License-Identifier: Apache-2.0
// A host with faults/shim.h: calls of the module count, while it authenticates.
//
//     faulty_host CONFDIR SERVICE USER [REPLY ...]
//
// Prints what was shown and logged, then a line that says how it ended.
#include <dirent.h>
#include <security/pam_appl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "faults/shim.h"

/// Takes the place of libpam's.
extern "C" [[gnu::visibility("default")]] void pam_syslog(const pam_handle_t* /*handle*/, int /*priority*/,
                                                          const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  (void)std::printf("log ");
  (void)std::vprintf(format, values);
  (void)std::printf("\n");
  va_end(values);
}

namespace {

char** next_reply;

int converse(int count, const pam_message** messages, pam_response** replies, void* /*data*/) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the caller frees it with free() (pam_conv(3))
  *replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (*replies == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    (void)std::printf("shown %s\n", messages[i]->msg);
    const bool prompt =
        messages[i]->msg_style == PAM_PROMPT_ECHO_ON || messages[i]->msg_style == PAM_PROMPT_ECHO_OFF;
    const char* const text = prompt && *next_reply != nullptr ? *next_reply++ : "";
    (*replies)[i].resp = ::strdup(text);
  }
  return PAM_SUCCESS;
}

void no_delay(int /*status*/, unsigned /*microseconds*/, void* /*data*/) {}

int open_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  int count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

bool has_children() {
  return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  next_reply = argv + 4;
  const pam_conv conversation{converse, nullptr};
  pam_handle_t* handle = nullptr;
  if (::pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &handle) != PAM_SUCCESS) return 2;
  if (::pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&no_delay)) != PAM_SUCCESS)
    return 2;
  const int before = open_descriptors();
  toopher::faults::arm("/pam_toopher.so");
  const int code = ::pam_authenticate(handle, 0);
  toopher::faults::disarm();
  const int left = open_descriptors() - before;
  std::printf("code=%d descriptors=%d children=%d\n", code, left, has_children() ? 1 : 0);
  (void)::pam_end(handle, code);
  return 0;
}
