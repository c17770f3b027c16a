// SPDX-License-Identifier: Apache-2.0
// The server's rules over a real database, with a clock of the test's own and phones that hold their keys themselves.
#ifndef TOOPHER_TESTS_SERVER_WORLD_H
#define TOOPHER_TESTS_SERVER_WORLD_H

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "api/reason.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "device/decision.h"
#include "device/seed.h"
#include "otp/otp.h"
#include "server/service/devices.h"
#include "server/service/pairings.h"
#include "server/service/phrase.h"
#include "server/service/requests.h"
#include "server/service/slow_hashes.h"
#include "server/service/users.h"
#include "server/store/postgres_store.h"
#include "server/store/sqlite_store.h"
#include "with_cmocka.h"

namespace toopher::server {

using device::Choice;

inline const std::string kOrigin = "http://127.0.0.1:8477";

/// A phone as the server cannot see it: with its private keys and the seed it computed by itself.
struct Phone {
  Device device;
  crypto::PrivateKey signing = crypto::PrivateKey::generate();
  crypto::PrivateKey agreement = crypto::PrivateKey::generate();
  std::string pairing_id;
  Secret seed;

  [[nodiscard]] std::string sign(const std::string& pairing, const std::string& shown, Choice choice,
                                 const std::string& number, const std::string& origin = kOrigin,
                                 int remember_days = 0) const {
    return signing.sign(device::decision_bytes(origin, pairing, shown, choice, number, remember_days));
  }
};

/// Where the PostgreSQL is that all Worlds are to use; empty: each has an SQLite file.
inline std::string postgres_uri() {
  const char* const uri = std::getenv("TOOPHER_TEST_POSTGRES");
  return uri == nullptr ? std::string() : std::string(uri);
}

/// Tables that nobody else sees, for as long as it lives.
class PostgresSchema {
 public:
  PostgresSchema() : name_("world_" + std::to_string(::getpid()) + "_" + std::to_string(++count_)) {
    run("CREATE SCHEMA " + name_);
  }
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;
  ~PostgresSchema() { run("DROP SCHEMA " + name_ + " CASCADE"); }

  [[nodiscard]] postgres::Options options() const {
    return postgres::Options(postgres_uri() + "?options=-csearch_path%3D" + name_);
  }

 private:
  static void run(const std::string& sql) {
    postgres::Link link{postgres::Options(postgres_uri())};
    (void)link.execute(sql, std::chrono::seconds(60));
  }

  inline static int count_ = 0;
  std::string name_;
};

/// One server on a database of its own.
class World {
 public:
  World() {
    char form[] = "/tmp/toopherd-test-XXXXXX";
    assert_non_null(::mkdtemp(form));
    directory = form;
    if (!postgres_uri().empty()) schema = std::make_unique<PostgresSchema>();
    open();
    login = add_requester("login host", {Scope::login, Scope::enrol});
    other = add_requester("other host", {Scope::login, Scope::enrol});
    admin = add_requester("administrator", {Scope::login, Scope::enrol, Scope::admin});
  }
  ~World() {
    store.reset();
    std::filesystem::remove_all(directory);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void open() { open_with(*crypto::SealingKey::from_bytes(Secret(std::string(32, 'k')))); }
  void open_with(crypto::SealingKey key) {
    const auto deliver = [](const Committed& committed) {
      for (const auto& completion : committed.completions) completion();
    };
    if (schema) {
      store = std::make_unique<PostgresStore>(PostgresStore::Settings{schema->options(), 2, false},
                                              std::move(key), deliver);
    } else {
      store = std::make_unique<SqliteStore>(directory + "/db", std::move(key), deliver);
    }
  }

  /// The rule's result, or the error it refused with.
  template <typename Rule>
  auto ask(Rule rule) {
    using Result = decltype(rule(std::declval<Context&>()));
    std::variant<std::monostate, Result, api::ApiError> result;
    std::shared_ptr<SlowHashes> hashes;
    const auto operation = [&](Transaction& transaction) {
      Context context{transaction, now, kOrigin, hashes.get()};
      try {
        result.template emplace<1>(rule(context));
      } catch (const Refused& refused) {
        result.template emplace<2>(refused.error());
      }
    };
    for (;;) {
      try {
        submitted(operation).get();
        return result;
      } catch (const NeedsHashes& needed) {
        hashes = needed.wanted();
      }
      hash(*hashes);
    }
  }

  /// In place of scrypt: the rules only compare digests, and tests have better uses for the time.
  static void hash(SlowHashes& wanted) {
    for (const Secret& code : wanted.codes)
      wanted.hashes.push_back(crypto::hmac(crypto::Digest::sha256, wanted.salt.view(), code.view()));
  }

  /// Throws what the operation threw.
  std::future<void> submitted(const Store::Operation& operation) {
    auto done = std::make_shared<std::promise<void>>();
    store->submit(operation, [done](const std::exception_ptr& outcome) {
      if (outcome) {
        done->set_exception(outcome);
      } else {
        done->set_value();
      }
    });
    return done->get_future();
  }

  template <typename Rule>
  auto get(Rule rule) {
    auto result = ask(rule);
    if (const auto* error = std::get_if<2>(&result)) fail_msg("refused: %s", error->message.c_str());
    return std::move(std::get<1>(result));
  }

  template <typename Rule>
  int refusal(Rule rule) {
    auto result = ask(rule);
    if (!std::holds_alternative<api::ApiError>(result)) fail_msg("was not refused");
    return std::get<2>(result).code;
  }

  Requester add_requester(const std::string& name, std::initializer_list<Scope> scopes) {
    Requester requester{random_uuid(), name, "key of " + name, {}, now};
    for (const Scope scope : scopes) requester.scopes.add(scope);
    return get([&](Context& c) {
      c.store.insert_requester(requester, Secret("secret of " + name));
      return requester;
    });
  }

  Phone new_phone() {
    Phone phone;
    phone.device = get([&](Context& c) {
      return register_device(c, "phone", "test", *crypto::PublicKey::from_point(phone.signing.public_point()),
                             *crypto::PublicKey::from_point(phone.agreement.public_point()), "127.0.0.1");
    });
    return phone;
  }

  std::string phrase_of(const Phone& phone) {
    return get([&](Context& c) { return new_phrase(c, phone.device); });
  }

  Pairing ask_to_pair(const Phone& phone, const std::string& user) {
    const std::string phrase = phrase_of(phone);
    return get([&](Context& c) { return create_pairing(c, login, phrase, user); });
  }

  auto answer_pairing(const Phone& phone, const Pairing& pairing, Choice choice) {
    return [&phone, pairing, choice](Context& c) {
      const std::string signature = phone.sign(pairing.id, shown_pairing(c, pairing), choice, "");
      return decide_pairing(c, phone.device, pairing.id, choice, signature);
    };
  }

  Phone pair(const std::string& user) {
    Phone phone = new_phone();
    const Pairing pairing = ask_to_pair(phone, user);
    assert_true(get(answer_pairing(phone, pairing, Choice::allow)).state == PairingState::enabled);
    phone.pairing_id = pairing.id;
    phone.seed = device::agree_on_seed(phone.agreement, *crypto::PublicKey::from_point(pairing.server_point),
                                       pairing.id, phone.agreement.public_point(), pairing.server_point);
    return phone;
  }

  [[nodiscard]] std::string code(const Phone& phone, int steps = 0) const {
    return std::string(otp::totp(phone.seed, now / kSecond + std::int64_t{30} * steps).view());
  }

  /// A code that no step near now has.
  [[nodiscard]] std::string wrong_code(const Phone& phone) const {
    for (std::string code = "000000";; ++code.back()) {
      if (!otp::matching_step(phone.seed, code, now / kSecond, 2)) return code;
    }
  }

  auto start(Initiate parameters) {
    auto shared = std::make_shared<Initiate>(std::move(parameters));
    return [this, shared](Context& c) { return initiate(c, login, *shared); };
  }
  AuthenticationRequest push(const std::string& user) { return get(start(push_of(user))); }
  AuthenticationRequest with_code(const std::string& user, const std::string& typed,
                                  const std::string& supersedes = {}) {
    return get(start(code_of(user, typed, supersedes)));
  }
  static Initiate push_of(const std::string& user) {
    Initiate parameters;
    parameters.user_name = user;
    parameters.terminal_name = "host";
    return parameters;
  }
  static Initiate code_of(const std::string& user, const std::string& typed,
                          const std::string& supersedes = {}) {
    Initiate parameters = push_of(user);
    parameters.otp = Secret(typed);
    parameters.supersedes = supersedes;
    return parameters;
  }

  auto decision(const Phone& phone, const AuthenticationRequest& request, Choice choice,
                const std::string& number = {}, int remember_days = 0) {
    return [&phone, request, choice, number, remember_days](Context& c) {
      const std::string signature = phone.sign(phone.pairing_id, shown_request(c, request, phone.pairing_id),
                                               choice, number, kOrigin, remember_days);
      return decide_request(c, phone.device, request.id, {choice, number, remember_days, signature},
                            UserVerification::off);
    };
  }
  AuthenticationRequest read(const AuthenticationRequest& request) {
    return get([&](Context& c) { return read_request(c, login, request.id); });
  }
  void pass(Millis time) { now += time; }

  /// Changes rows as a thief of the database might: no guard and no reference is in the way.
  void tamper(const std::string& sql) const {
    if (schema) {
      postgres::Link link(schema->options());
      (void)link.execute("SET session_replication_role = replica; " + sql, std::chrono::seconds(60));
      return;
    }
    sqlite::Connection database(directory + "/db");
    for (const char* guard : {"decisions_keep", "decisions_stay", "requests_final"})
      database.execute("DROP TRIGGER IF EXISTS " + std::string(guard));
    database.execute("PRAGMA foreign_keys = OFF; " + sql);
  }
  /// The number that a query has found.
  [[nodiscard]] int count(const std::string& sql) const {
    if (schema) {
      postgres::Link link(schema->options());
      return std::stoi(PQgetvalue(link.execute(sql, std::chrono::seconds(60)).get(), 0, 0));
    }
    sqlite::Connection database(directory + "/db");
    sql::Rows rows = database.query(sql.c_str());
    return rows.next() ? static_cast<int>(rows.integer(0)) : 0;
  }

  Millis now = 1'800'000'000'000;
  std::string directory;
  std::unique_ptr<PostgresSchema> schema;
  std::unique_ptr<Store> store;
  Requester login, other, admin;
};

inline void assert_state(const AuthenticationRequest& request, RequestState state, int reason_code = 0) {
  assert_int_equal(static_cast<int>(request.state), static_cast<int>(state));
  assert_int_equal(request.reason_code, reason_code);
}

}  // namespace toopher::server

#endif
