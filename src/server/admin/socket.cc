// SPDX-License-Identifier: Apache-2.0
#include "server/admin/socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "server/admin/socket_address.h"
#include "server/http/request_reader.h"
#include "server/http/response_text.h"
#include "server/http/shared_buffer.h"
#include "server/log.h"

namespace toopher::server::admin {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxSessions = 64;
constexpr std::chrono::seconds kExchanging{15};  // for reading a call, and for writing its answer

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

[[noreturn]] void cannot(const std::string& path, const std::string& what) {
  throw std::runtime_error("admin-socket " + path + " " + what);
}

bool somebody_listens(const std::string& path) {
  const SocketAddress address(path);
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), address.get(), SocketAddress::size()) == 0 || errno == EAGAIN;
}

void prepare_place(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    cannot(path, "cannot be made: its directory: " + error_text(errno));
  FileRules rules;
  rules.owner = ::geteuid();
  rules.sticky_parents = true;
  check_directory(directory, rules);
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) cannot(path, "cannot be made: there is a file of that name");
  if (somebody_listens(path)) cannot(path, "is another toopherd's; give this one an admin-socket of its own");
}

/// Under a name of its own first, so that at no time the real name leads to nobody's socket, or to one that others may open.
stream_protocol::acceptor listen_at(asio::io_context& loop, const std::string& path) {
  prepare_place(path);
  const std::string fresh = path + "." + std::to_string(::getpid());
  (void)::unlink(fresh.c_str());
  const SocketAddress address(fresh);
  stream_protocol::acceptor acceptor(loop, stream_protocol());
  acceptor.bind(stream_protocol::endpoint(address.path()));
  if (::chmod(fresh.c_str(), 0600) != 0) cannot(path, "cannot be closed to others: " + error_text(errno));
  acceptor.listen();
  if (::rename(fresh.c_str(), path.c_str()) != 0) cannot(path, "cannot be made: " + error_text(errno));
  return acceptor;
}

ino_t inode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

/// One connection. Its coroutine owns it.
class SocketSession final : public Peer, public std::enable_shared_from_this<SocketSession> {
 public:
  SocketSession(Socket& owner, stream_protocol::socket socket)
      : owner_(owner), socket_(std::move(socket)), limit_(socket_.get_executor()) {
    owner_.sessions_.insert(this);
  }
  SocketSession(const SocketSession&) = delete;
  SocketSession& operator=(const SocketSession&) = delete;
  ~SocketSession() override { owner_.sessions_.erase(this); }

  asio::awaitable<void> run(std::shared_ptr<SocketSession> self);
  void when_gone(std::function<void()> gone) override;
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }
  void close_if_idle() {
    if (idle_) close();
  }

 private:
  void limit();
  [[nodiscard]] uid_t caller() const;
  asio::awaitable<bool> receive(std::string& input);
  asio::awaitable<std::optional<Request>> read();
  asio::awaitable<Response> answer_to(Request request, uid_t uid);
  asio::awaitable<void> write(std::string text);

  Socket& owner_;
  stream_protocol::socket socket_;
  asio::steady_timer limit_;
  std::function<void()> gone_;
  bool idle_ = true;
};

void SocketSession::limit() {
  limit_.expires_after(kExchanging);
  limit_.async_wait([weak = weak_from_this()](const error_code& error) {
    if (const auto self = weak.lock(); !error && self) self->close();
  });
}

uid_t SocketSession::caller() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  // Nobody's, which is never allowed, if the kernel does not say.
  if (::getsockopt(const_cast<stream_protocol::socket&>(socket_).native_handle(), SOL_SOCKET, SO_PEERCRED,
                   &peer, &size) != 0)
    return static_cast<uid_t>(-1);
  return peer.uid;
}

void SocketSession::when_gone(std::function<void()> gone) {
  gone_ = std::move(gone);
  socket_.async_wait(stream_protocol::socket::wait_read, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self && self->gone_) self->gone_();
  });
}

asio::awaitable<bool> SocketSession::receive(std::string& input) {
  // Waiting apart from reading, so that the buffer that all share is filled and emptied in one go.
  error_code error;
  co_await socket_.async_wait(stream_protocol::socket::wait_read, into(error));
  if (error) co_return false;
  auto& buffer = shared_buffer();
  const ssize_t size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0) take_from_shared_buffer(static_cast<std::size_t>(size), input);
  co_return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

/// Nothing if the caller went away, was too slow, or was told why it is refused.
asio::awaitable<std::optional<Request>> SocketSession::read() {
  RequestReader reader{Limits{}};
  std::string input;
  for (;;) {
    const bool arrived = co_await receive(input);
    if (!arrived) co_return std::nullopt;
    const auto state = reader.read(input);
    if (state == RequestReader::State::complete) co_return reader.take();
    if (state == RequestReader::State::refused) {
      co_await write(to_text(refusal(reader.refused_status()), true, false));
      co_return std::nullopt;
    }
  }
}

asio::awaitable<Response> SocketSession::answer_to(Request request, uid_t uid) {
  if (uid != 0 && uid != ::geteuid()) {
    log(LogLevel::warning, "refused", "uid " + std::to_string(uid) + " may not use the admin socket");
    co_return error_response({403, 403, "Only root and the user that runs toopherd may administer it."});
  }
  const SocketCall call{std::move(request.method), std::move(request.target), std::move(request.body), uid};
  try {
    co_return co_await owner_.answerer_(call, *this);
  } catch (const std::exception& error) {
    log(LogLevel::error, "call failed", escape_for_log(call.path) + ": " + error.what());
    co_return error_response({500, 500, error.what()});
  }
}

asio::awaitable<void> SocketSession::write(std::string text) {
  error_code error;
  co_await asio::async_write(socket_, asio::buffer(text), into(error));
}

asio::awaitable<void> SocketSession::run(std::shared_ptr<SocketSession> self) {
  const uid_t uid = caller();
  limit();
  std::optional<Request> request = co_await read();
  if (!request) co_return;
  idle_ = false;
  limit_.cancel();
  const Response response = co_await answer_to(std::move(*request), uid);
  gone_ = nullptr;
  limit();
  co_await write(to_text(response, true, false));
  limit_.cancel();
  self->close();
}

Socket::Socket(asio::io_context& loop, const std::string& path, Answerer answerer)
    : loop_(loop), path_(path), acceptor_(listen_at(loop, path)), answerer_(std::move(answerer)) {
  inode_ = inode_of(path_);
}

Socket::~Socket() {
  if (inode_ != 0 && inode_of(path_) == inode_) (void)::unlink(path_.c_str());
}

void Socket::start() {
  asio::co_spawn(loop_, accept_loop(), asio::detached);
}

asio::awaitable<void> Socket::accept_loop() {
  asio::steady_timer pause(loop_);
  while (!draining_) {
    error_code error;
    stream_protocol::socket socket = co_await acceptor_.async_accept(into(error));
    if (draining_) co_return;
    if (!error && sessions_.size() < kMaxSessions) {
      auto session = std::make_shared<SocketSession>(*this, std::move(socket));
      asio::co_spawn(loop_, session->run(session), asio::detached);
    } else if (error) {
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(into(error));
    }
  }
}

void Socket::drain() {
  draining_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (SocketSession* const session : sessions_) session->close_if_idle();
}

void Socket::close_all() {
  for (SocketSession* const session : sessions_) session->close();
}

}  // namespace toopher::server::admin
