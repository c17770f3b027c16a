// SPDX-License-Identifier: Apache-2.0
#include "bench/load_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "base/unique_fd.h"

namespace toopher::bench {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// proc(5): utime and stime are fields 14 and 15 of /proc/PID/stat; the name before them may hold blanks.
double cpu_seconds(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

UniqueFd connected(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  const int on = 1;
  if (::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) fail("TCP_NODELAY");
  return fd;
}

struct Connection {
  UniqueFd fd;
  std::string input;
};

/// Requests are far smaller than a socket's buffer, so that a write never waits.
void send_all(const Connection& connection, std::string_view request) {
  const ssize_t sent = ::send(connection.fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent < 0 || static_cast<std::size_t>(sent) != request.size()) fail("send");
}

std::size_t content_length(std::string_view header) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = header.find(kName);
  if (at == std::string_view::npos) throw std::runtime_error("an answer without Content-Length");
  return std::stoul(std::string(header.substr(at + kName.size(), 20)));
}

/// The size of the whole answer at the start of `input`, or 0 if it is not all there.
std::size_t take_reply(std::string_view input, Reply& reply) {
  constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "
  const auto end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::size_t body = end + 4;
  const std::size_t size = content_length(input.substr(0, end));
  if (input.size() < body + size) return 0;
  reply.status = std::stoi(std::string(input.substr(kStatusAt, 3)));
  reply.body = input.substr(body, size);
  return body + size;
}

class Loop {
 public:
  Loop(Script& script, std::uint16_t port, std::size_t connections)
      : script_(script), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < connections; ++i) {
      connections_.push_back({connected(port), {}});
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connections_.back().fd.get(), &event) != 0)
        fail("epoll_ctl");
    }
  }

  std::size_t run() {
    for (std::size_t i = 0; i < connections_.size(); ++i) say(i, nullptr);
    while (busy_ > 0) {
      std::array<epoll_event, 64> events;
      const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
      if (ready < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < ready; ++i) read(events[static_cast<std::size_t>(i)].data.u64);
    }
    return replies_;
  }

 private:
  void say(std::size_t i, const Reply* reply) {
    const auto request = script_.next(i, reply);
    if (request) {
      send_all(connections_[i], *request);
      if (reply == nullptr) ++busy_;
    } else if (reply != nullptr) {
      --busy_;
    }
  }

  void read(std::size_t i) {
    std::array<char, 16384> chunk;
    const ssize_t got = ::recv(connections_[i].fd.get(), chunk.data(), chunk.size(), 0);
    if (got <= 0) throw std::runtime_error("the server hung up");
    std::string& input = connections_[i].input;
    input.append(chunk.data(), static_cast<std::size_t>(got));
    Reply reply;
    const std::size_t size = take_reply(input, reply);
    if (size == 0) return;
    ++replies_;
    say(i, &reply);
    input.erase(0, size);
  }

  Script& script_;
  UniqueFd epoll_;
  std::vector<Connection> connections_;
  std::size_t busy_ = 0;
  std::size_t replies_ = 0;
};

}  // namespace

Load run_load(Script& script, std::uint16_t port, std::size_t connections, pid_t server) {
  Loop loop(script, port, connections);
  Load load;
  const double cpu = cpu_seconds(server);
  const auto begin = std::chrono::steady_clock::now();
  load.replies = loop.run();
  load.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  load.cpu = cpu_seconds(server) - cpu;
  return load;
}

}  // namespace toopher::bench
