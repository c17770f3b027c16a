// SPDX-License-Identifier: Apache-2.0
// The least that a durable server on the same libraries can do, to compare toopherd with: answers each POST after it has
// committed the rows that one push writes, and knows no rules, no OAuth and no JSON.
//   bare_server DATABASE SIZE      SIZE: bytes of an answer; DATABASE: made by toopherd --init and server_pool
#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/random.h"
#include "bench/pool.h"

namespace toopher::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Blob {
  std::string_view bytes;
};
using Value = std::variant<std::string_view, std::int64_t, Blob>;

class Database {
 public:
  explicit Database(const char* path) {
    if (sqlite3_open_v2(path, &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
      throw std::runtime_error(std::string(path) + " cannot be opened");
    for (const char* pragma :
         {"PRAGMA synchronous=FULL", "PRAGMA cache_size=-65536", "PRAGMA wal_autocheckpoint=4000"})
      run(prepared(pragma), {});
    begin_ = prepared("BEGIN IMMEDIATE");
    commit_ = prepared("COMMIT");
    nonce_ = prepared("INSERT INTO nonces (owner, nonce, expires) VALUES (?, ?, ?)");
    request_ = prepared(
        "INSERT INTO requests (id, requester_id, user_id, pairing_id, client_request_id, fingerprint, push, "
        "terminal_id, terminal_name, terminal_extra, terminal_created, action_id, action_name, "
        "action_created, metadata, number, automation_allowed, state, reason_code, reason, totp_valid, "
        "code_followed, created, modified, expires, rule_id) VALUES (?, ?, ?, '', ?, ?, 1, ?, ?, ?, 0, ?, ?, "
        "0, ?, "
        "'', 1, 0, 0, '', 0, 0, ?, ?, ?, '')");
    audit_ = prepared("INSERT INTO audit (at, event, fields) VALUES (?, 'push sent', ?)");
    sqlite3_stmt* requester = prepared("SELECT id FROM requesters");
    if (sqlite3_step(requester) != SQLITE_ROW) throw std::runtime_error("no requester");
    requester_ = reinterpret_cast<const char*>(sqlite3_column_text(requester, 0));
    sqlite3_reset(requester);
  }

  void begin() { run(begin_, {}); }
  void commit() { run(commit_, {}); }

  /// The rows of a push to the next person.
  void insert() {
    static const std::string kFingerprint(32, 'f');
    static const std::string kMetadata =
        R"({"host":"workstation.example.org","service":"sshd","rhost":"192.0.2.17","tty":"ssh"})";
    const std::int64_t seconds = std::time(nullptr);
    const std::int64_t now = seconds * 1000;
    const std::size_t person = person_++;
    const std::string nonce = std::to_string(seconds) + ":" + hex_encode(random_bytes(16).view());
    run(nonce_, {requester_, nonce, now + 301000});
    const std::string id = random_uuid();
    run(request_, {id, requester_, id_of("user", person), time_ordered_uuid(), Blob{kFingerprint},
                   id_of("terminal", person), kTerminal, kTerminalExtra, id_of("action", 0), kAction,
                   kMetadata, now, now, now + 45000});
    const std::string audit =
        R"({"time":"2026-01-01T00:00:00Z","event":"push sent","request":")" + id + R"(","user":")" +
        user_name(person) + R"(","terminal":"workstation.example.org","action":"log in","factor":"push",)" +
        R"("metadata":"{\"host\":\"workstation.example.org\",\"service\":\"sshd\",\"rhost\":\"192.0.2.17\",)" +
        R"(\"tty\":\"ssh\"}","by":"first requester"})";
    run(audit_, {now, audit});
  }

 private:
  sqlite3_stmt* prepared(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(handle_));
    return statement;
  }
  void run(sqlite3_stmt* statement, std::initializer_list<Value> values) {
    int index = 0;
    for (const Value& value : values) {
      ++index;
      if (const auto* text = std::get_if<std::string_view>(&value)) {
        sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
      } else if (const auto* blob = std::get_if<Blob>(&value)) {
        sqlite3_bind_blob64(statement, index, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
      } else {
        sqlite3_bind_int64(statement, index, std::get<std::int64_t>(value));
      }
    }
    int result = SQLITE_ROW;
    while (result == SQLITE_ROW) result = sqlite3_step(statement);
    if (result != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(handle_));
    sqlite3_reset(statement);
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt *begin_, *commit_, *nonce_, *request_, *audit_;
  std::string requester_;
  std::size_t person_ = 0;
};

/// Drains its queue into one transaction, commits, and hands all completions to the loop at once.
class Writer {
 public:
  Writer(const char* path, asio::io_context& loop)
      : database_(path), loop_(loop), thread_([this] { write_loop(); }) {}

  void submit(std::function<void()> completion) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(std::move(completion));
    }
    waiting_.notify_one();
  }

 private:
  [[noreturn]] void write_loop() {
    for (;;) {
      std::vector<std::function<void()>> group;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        waiting_.wait(lock, [this] { return !queue_.empty(); });
        group.swap(queue_);
      }
      database_.begin();
      for (std::size_t i = 0; i < group.size(); ++i) database_.insert();
      database_.commit();
      asio::post(loop_, [group = std::move(group)] {
        for (const auto& completion : group) completion();
      });
    }
  }

  Database database_;
  asio::io_context& loop_;
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::vector<std::function<void()>> queue_;
  std::thread thread_;
};

asio::awaitable<void> committed(Writer& writer) {
  const auto initiate = [&writer](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    writer.submit([shared] { std::move (*shared)(); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
}

asio::awaitable<void> serve(tcp::socket socket, Writer& writer, const std::string& body) {
  boost::beast::flat_buffer buffer;
  boost::system::error_code error;
  for (;;) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    co_await committed(writer);
    http::response<http::string_body> response{http::status::ok, request.version()};
    response.set(http::field::content_type, "application/json; charset=utf-8");
    response.body() = body;
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

asio::awaitable<void> accept_loop(tcp::acceptor& acceptor, Writer& writer, const std::string& body) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), writer, body), asio::detached);
  }
}

}  // namespace

}  // namespace toopher::bench

int main(int argc, char** argv) try {
  namespace asio = boost::asio;
  if (argc != 3) {
    (void)std::fprintf(stderr, "usage: bare_server DATABASE SIZE\n");
    return 2;
  }
  asio::io_context loop(1);
  toopher::bench::Writer writer(argv[1], loop);
  const std::string body(std::strtoul(argv[2], nullptr, 10), 'x');
  asio::ip::tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
  asio::co_spawn(loop, toopher::bench::accept_loop(acceptor, writer, body), asio::detached);
  (void)std::printf("bare_server: ready on %d\n", acceptor.local_endpoint().port());
  (void)std::fflush(stdout);
  loop.run();
  return 0;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "bare_server: %s\n", error.what());
  return 1;
}
