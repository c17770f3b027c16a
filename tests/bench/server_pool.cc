// SPDX-License-Identifier: Apache-2.0
// Fills the database of a toopherd that does not run with people who have a phone each: server_pool CONFIG COUNT KEY.
// KEY is a new file for the phones' private key; they share one.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <future>

#include "bench/pool.h"
#include "crypto/keys.h"
#include "server/server_config.h"
#include "server/setup.h"
#include "server/store/sqlite_store.h"
#include "server/wall_clock.h"

namespace toopher::bench {

namespace {

using server::Transaction;

void add_person(Transaction& store, std::size_t i, const std::string& requester_id, const std::string& point,
                server::Millis now) {
  server::User user;
  user.id = id_of("user", i);
  user.name = user_name(i);
  user.created = user.modified = now;
  store.insert_user(user);
  store.insert_device({device_id(i), "phone", "bench", point, point, now});
  server::Pairing pairing;
  pairing.id = pairing_id(i);
  pairing.user_id = user.id;
  pairing.requester_id = requester_id;
  pairing.device_id = device_id(i);
  pairing.server_point = point;
  pairing.created = pairing.modified = pairing.expires = now;
  store.insert_pairing(pairing, Secret("no longer needed"));
  store.enable_pairing(pairing, seed_of(i), now);
  store.insert_terminal({id_of("terminal", i), user.id, kTerminal, kTerminalExtra, now});
}

void fill(const server::ServerConfig& config, std::size_t count, const std::string& point) {
  constexpr std::size_t kAtOnce = 1000;
  server::SqliteStore store(config.database, server::load_sealing_key(config.key_file),
                            [](const server::Committed& committed) {
                              for (const auto& completion : committed.completions) completion();
                            });
  const server::Millis now = server::wall_clock();
  for (std::size_t begin = 0; begin < count; begin += kAtOnce) {
    std::promise<void> done;
    store.submit(
        [&](Transaction& transaction) {
          const auto requester = transaction.requester_by_name("first requester");
          for (std::size_t i = begin; i < std::min(count, begin + kAtOnce); ++i)
            add_person(transaction, i, requester.value().id, point, now);
          if (begin == 0) transaction.insert_action({id_of("action", 0), kAction, now});
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
}

}  // namespace

}  // namespace toopher::bench

int main(int argc, char** argv) try {
  if (argc != 4) {
    (void)std::fprintf(stderr, "usage: server_pool CONFIG COUNT KEY\n");
    return 2;
  }
  const auto key = toopher::crypto::PrivateKey::generate();
  const toopher::Secret der = key.to_pkcs8();
  std::ofstream(argv[3], std::ios::binary) << der.view();
  toopher::bench::fill(toopher::server::load_server_config(argv[1]), std::strtoul(argv[2], nullptr, 10),
                       key.public_point());
  return 0;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "server_pool: %s\n", error.what());
  return 1;
}
