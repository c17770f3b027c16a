// SPDX-License-Identifier: Apache-2.0
// heap_meter.so, to be loaded into a program by LD_PRELOAD: tells whoever connects to the socket at TOOPHER_HEAP_METER how many
// bytes malloc(3) has given out, its own headers included. What the process has resident depends on the moment, too: on what
// malloc keeps of memory that was needed for a while.
#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

/// Without the program's signals, which are its own threads' business.
void answer(int listener) {
  for (int caller = -1; (caller = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;
       (void)::close(caller)) {
    const struct mallinfo2 seen = ::mallinfo2();
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%zu\n", seen.uordblks + seen.hblkhd);
    (void)::send(caller, text.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
  }
}

[[gnu::constructor]] void begin() {
  const char* const path = std::getenv("TOOPHER_HEAP_METER");
  sockaddr_un address{AF_UNIX, {}};
  if (path == nullptr ||
      std::string_view(path).copy(address.sun_path, sizeof address.sun_path) == sizeof address.sun_path)
    return;
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1) != 0)
    std::abort();
  sigset_t all;
  sigset_t before;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(answer, listener).detach();
  (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
