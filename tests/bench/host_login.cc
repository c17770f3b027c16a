// SPDX-License-Identifier: Apache-2.0
// The smallest host: one pam_authenticate, its replies from the command line. What it costs is what the module costs.
//
//     host_login CONFDIR SERVICE USER [REPLY ...]
//
// Prints the PAM code, the peak of its memory in KiB, and when it returned (CLOCK_MONOTONIC, in nanoseconds).
#include <security/pam_appl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

char** next_reply;

int converse(int count, const pam_message** messages, pam_response** replies, void* /*data*/) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the caller frees it with free() (pam_conv(3))
  *replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (*replies == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const bool prompt =
        messages[i]->msg_style == PAM_PROMPT_ECHO_ON || messages[i]->msg_style == PAM_PROMPT_ECHO_OFF;
    const char* text = prompt && *next_reply != nullptr ? *next_reply++ : "";
    (*replies)[i].resp = ::strdup(text);
  }
  return PAM_SUCCESS;
}

void no_delay(int /*status*/, unsigned /*microseconds*/, void* /*data*/) {}

long peak_kib() {
  long kib = 0;
  std::FILE* status = std::fopen("/proc/self/status", "re");
  if (status == nullptr) return 0;
  char line[256];
  while (std::fgets(line, sizeof line, status) != nullptr)
    if (std::strncmp(line, "VmHWM:", 6) == 0) kib = std::strtol(line + 6, nullptr, 10);
  (void)std::fclose(status);
  return kib;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    (void)std::fputs("usage: host_login CONFDIR SERVICE USER [REPLY ...]\n", stderr);
    return 2;
  }
  next_reply = argv + 4;
  const pam_conv conversation{converse, nullptr};
  pam_handle_t* handle = nullptr;
  int code = ::pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &handle);
  if (code == PAM_SUCCESS)
    code = ::pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&no_delay));
  if (code == PAM_SUCCESS) code = ::pam_authenticate(handle, 0);
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  (void)::pam_end(handle, code);
  std::printf("code=%d peak_kib=%ld returned=%lld\n", code, peak_kib(),
              static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
  return 0;
}
