// SPDX-License-Identifier: Apache-2.0
// What calls cost in a database that has a past: server_history CONFIG FIRST COUNT SALT logs people FIRST to FIRST+COUNT-1 of
// the pool in by push, poll, code and one more push, in this process, and prints how many database pages one call of each kind
// looked at. Only the first push meets them for the first time since the start. Run under callgrind it tells the instructions as well. SALT: digits that make other runs' ids others.
#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>

#include "bench/pool.h"
#include "otp/otp.h"
#include "server/http/present.h"
#include "server/server_config.h"
#include "server/service/authenticate.h"
#include "server/service/requests.h"
#include "server/setup.h"
#include "server/store/sqlite_store.h"
#include "server/wall_clock.h"

namespace toopher::bench {

namespace {

using server::Context;

sqlite3* opened = nullptr;  // the store's own connection

int remember_connection(sqlite3* connection, const char**, const sqlite3_api_routines*) {
  opened = connection;
  return SQLITE_OK;
}

/// Looked up by the connection so far, in its cache or not.
std::int64_t pages() {
  std::int64_t sum = 0;
  for (const int counter : {SQLITE_DBSTATUS_CACHE_HIT, SQLITE_DBSTATUS_CACHE_MISS}) {
    int value = 0;
    int highest = 0;
    sqlite3_db_status(opened, counter, &value, &highest, 0);
    sum += value;
  }
  return sum;
}

class Server {
 public:
  explicit Server(const char* config_file)
      : config_(server::load_server_config(config_file)),
        store_(config_.database, server::load_sealing_key(config_.key_file),
               [](const server::Committed& committed) {
                 for (const auto& completion : committed.completions) completion();
               }) {
    run([this](Context& context) { caller_ = context.store.requester_by_name("first requester").value(); });
  }

  void run(const std::function<void(Context&)>& work) {
    std::promise<void> done;
    store_.submit(
        [&](server::Transaction& transaction) {
          Context context{transaction, server::wall_clock(), origin_};
          work(context);
        },
        [&done](const std::exception_ptr& outcome) {
          if (outcome) {
            done.set_exception(outcome);
          } else {
            done.set_value();
          }
        });
    done.get_future().get();
  }

  /// The id of the request.
  std::string log_in(std::size_t person, const std::string& nonce, const std::string& code) {
    server::Initiate parameters;
    parameters.user_name = user_name(person);
    parameters.terminal_name = kTerminal;
    parameters.terminal_extra = kTerminalExtra;
    parameters.action_name = kAction;
    parameters.client_request_id = nonce;
    parameters.otp = Secret(code);
    std::string id;
    run([&](Context& context) {
      use_nonce(context, nonce);
      const auto request = server::initiate(context, caller_, parameters);
      if (!code.empty() && !request.totp_valid) throw std::runtime_error("a good code was refused");
      (void)server::present(context, request, true);
      id = request.id;
    });
    return id;
  }

  void poll(const std::string& id, const std::string& nonce) {
    run([&](Context& context) {
      use_nonce(context, nonce);
      (void)server::present(context, server::read_request(context, caller_, id), false);
    });
  }

 private:
  void use_nonce(Context& context, const std::string& nonce) {
    if (!context.store.use_nonce(caller_.id, nonce, context.now + 300000))
      throw std::runtime_error("another SALT is needed");
  }

  server::ServerConfig config_;
  server::SqliteStore store_;
  server::Requester caller_;
  std::string origin_ = "http://127.0.0.1";
};

/// Pages of one call of this kind.
template <typename Call>
void measure(const char* kind, std::size_t first, std::size_t count, Call call) {
  const std::int64_t before = pages();
  for (std::size_t person = first; person < first + count; ++person) call(person);
  (void)std::printf("%s %.2f\n", kind, static_cast<double>(pages() - before) / static_cast<double>(count));
}

void play(const char* config, std::size_t first, std::size_t count, const std::string& salt) {
  Server server(config);
  std::string last;
  const auto push_of = [&](const char* kind) {
    return [&, kind](std::size_t person) { last = server.log_in(person, id_of(kind + salt, person), ""); };
  };
  measure("first push", first, count, push_of("first"));
  measure("poll", first, count, [&](std::size_t person) { server.poll(last, id_of("poll" + salt, person)); });
  measure("code", first, count, [&](std::size_t person) {
    const Secret code = otp::totp(seed_of(person), server::wall_clock() / server::kSecond);
    (void)server.log_in(person, id_of("code" + salt, person), std::string(code.view()));
  });
  measure("push", first, count, push_of("push"));
}

}  // namespace

}  // namespace toopher::bench

int main(int argc, char** argv) try {
  if (argc != 5) {
    (void)std::fprintf(stderr, "usage: server_history CONFIG FIRST COUNT SALT\n");
    return 2;
  }
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(toopher::bench::remember_connection));
  toopher::bench::play(argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10),
                       argv[4]);
  return 0;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "server_history: %s\n", error.what());
  return 1;
}
