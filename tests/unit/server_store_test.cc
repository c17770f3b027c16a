// SPDX-License-Identifier: Apache-2.0
// How the store keeps its promises beside the rules: what is removed and what is not, what fails and what does not fail with
// it, and how soon a change by another process counts.
#include <sqlite3.h>

#include <iterator>
#include <set>

#include "server/service/housekeeping.h"
#include "server/service/request_id.h"
#include "server_world.h"

namespace toopher::server {

namespace {

/// One number of the database, by another connection.
std::int64_t number(const World& world, const char* sql) {
  sqlite3* database = nullptr;
  assert_int_equal(sqlite3_open((world.directory + "/db").c_str(), &database), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  const std::int64_t found = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return found;
}

/// What SQLite says to a statement that somebody types.
int typed(const World& world, const char* sql) {
  sqlite3* database = nullptr;
  assert_int_equal(sqlite3_open((world.directory + "/db").c_str(), &database), SQLITE_OK);
  const int result = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  sqlite3_close(database);
  return result;
}

void assert_throws_store_error(std::future<void>& outcome) {
  bool failed = false;
  try {
    outcome.get();
  } catch (const StoreError&) {
    failed = true;
  }
  assert_true(failed);
}

/// Steps until there is nothing more to do; how many.
int keep_house_to_the_end(World& world, const Retention& retention) {
  int steps = 0;
  for (bool more = true; more; ++steps)
    more = world.get([&](Context& c) { return keep_house(c, retention); });
  return steps;
}

void the_past_is_removed_and_nothing_else(void**) {
  World world;
  const Phone phone = world.pair("alice");
  const auto old = world.push("alice");
  assert_state(world.get(world.decision(phone, old, Choice::allow)), RequestState::granted);
  const std::int64_t old_lines = number(world, "SELECT count(*) FROM audit");
  world.pass(91 * kDay);
  const auto recent = world.push("alice");
  assert_state(world.get(world.decision(phone, recent, Choice::allow)), RequestState::granted);
  world.pass(kSecond);
  const auto pending = world.push("alice");
  assert_int_equal(number(world, "SELECT count(*) FROM decisions"), 3);  // the pairing's, too

  keep_house_to_the_end(world, {0, 0});
  assert_int_equal(number(world, "SELECT count(*) FROM requests"), 2);
  assert_int_equal(number(world, "SELECT count(*) FROM past_requests"), 1);
  assert_state(world.read(old), RequestState::granted);
  const auto latest = [&world](int most) {
    return world.get([most](Context& c) {
      return c.store.latest_request_ids(c.store.user_by_name("default", "alice").value().id, most);
    });
  };
  assert_true(latest(50) == (std::vector{pending.id, recent.id, old.id}));
  assert_true(latest(2) == (std::vector{pending.id, recent.id}));
  assert_int_equal(typed(world, "UPDATE requests SET state = 0 WHERE state <> 0"), SQLITE_CONSTRAINT);
  assert_int_equal(typed(world, "UPDATE past_requests SET user_id = ''"), SQLITE_CONSTRAINT);
  assert_int_equal(typed(world, "DELETE FROM decisions"), SQLITE_CONSTRAINT);
  keep_house_to_the_end(world, {90, 400});
  assert_int_equal(number(world, "SELECT count(*) FROM requests"), 2);
  assert_int_equal(number(world, "SELECT count(*) FROM past_requests"), 0);
  assert_int_equal(number(world, "SELECT count(*) FROM decisions"), 2);
  assert_state(world.read(recent), RequestState::granted);
  assert_state(world.read(pending), RequestState::pending);
  assert_int_equal(number(world, "SELECT count(*) FROM terminals"), 1);

  const std::int64_t lines = number(world, "SELECT count(*) FROM audit");
  assert_int_equal(typed(world, "DELETE FROM audit"), SQLITE_CONSTRAINT);
  keep_house_to_the_end(world, {90, 90});
  assert_int_equal(number(world, "SELECT count(*) FROM audit"), lines - old_lines);
  assert_int_equal(typed(world, "DELETE FROM audit"), SQLITE_CONSTRAINT);
  assert_int_equal(typed(world, "UPDATE audit SET event = 'x'"), SQLITE_CONSTRAINT);
}

/// It is ended first, which is written down.
void what_still_waits_is_not_removed(void**) {
  World world;
  const Phone phone = world.pair("alice");
  const auto pending = world.push("alice");
  world.pass(91 * kDay);
  world.get([&](Context& c) { return c.store.prune(world.now, {90, 90}, 1000); });
  assert_int_equal(number(world, "SELECT count(*) FROM requests"), 1);
  assert_state(world.read(pending), RequestState::expired, api::reason::kExpired);
}

void what_is_over_goes_in_small_steps(void**) {
  World world;
  constexpr int kNonces = 2000;
  world.get([&](Context& c) {
    for (int i = 0; i < kNonces; ++i)
      assert_true(c.store.use_nonce("owner", std::to_string(i), c.now + kMinute));
    return true;
  });
  world.pass(2 * kMinute);
  assert_true(keep_house_to_the_end(world, {}) > 2);
  assert_int_equal(number(world, "SELECT count(*) FROM nonces"), 0);
  assert_int_equal(keep_house_to_the_end(world, {}), 1);
}

/// What is in no table any more might have been used: refused, at once and also where another process has cleaned up.
void a_forgotten_nonce_is_not_good_again(void**) {
  World world;
  const auto use = [&world](const char* nonce, Millis expires) {
    return world.get([=](Context& c) { return c.store.use_nonce("owner", nonce, expires); });
  };
  const Millis first = world.now + kMinute;
  assert_true(use("first", first));
  assert_false(use("first", first));
  world.pass(2 * kMinute);
  keep_house_to_the_end(world, {});
  assert_false(use("first", first));
  assert_false(use("never seen", first));
  assert_true(use("first", first + 1));
  const std::string later = "UPDATE forgotten_nonces SET until = " + std::to_string(first + kMinute);
  assert_int_equal(typed(world, later.c_str()), SQLITE_OK);
  assert_int_equal(typed(world, "DELETE FROM nonces"), SQLITE_OK);
  assert_false(use("first", first + 1));
  assert_true(use("second", first + kMinute + 1));
}

void devices_that_never_paired_are_forgotten(void**) {
  World world;
  const Phone paired = world.pair("alice");
  (void)world.new_phone();
  world.pass(kDay / 2);
  keep_house_to_the_end(world, {});
  assert_int_equal(number(world, "SELECT count(*) FROM devices WHERE id <> ''"), 2);
  world.pass(kDay);
  keep_house_to_the_end(world, {});
  assert_int_equal(number(world, "SELECT count(*) FROM devices WHERE id <> ''"), 1);
  assert_true(world.push("alice").push);
}

void a_failure_does_not_take_its_neighbours_with_it(void**) {
  World world;
  const auto nonce = [](const char* name) {
    return
        [name](Transaction& transaction) { (void)transaction.use_nonce("owner", name, 1'900'000'000'000); };
  };
  // The first keeps the writer busy until all others wait, so that they share one group.
  std::promise<void> all_wait;
  const auto waiting = all_wait.get_future().share();
  auto first = world.submitted([&](Transaction&) { waiting.wait(); });
  auto before = world.submitted(nonce("before"));
  auto failing = world.submitted([&](Transaction& transaction) {
    nonce("failing")(transaction);
    throw StoreError("as if");
  });
  auto after = world.submitted(nonce("after"));
  all_wait.set_value();
  first.get();
  before.get();
  after.get();
  assert_throws_store_error(failing);
  assert_int_equal(number(world, "SELECT count(*) FROM nonces WHERE nonce IN ('before', 'after')"), 2);
  assert_int_equal(number(world, "SELECT count(*) FROM nonces WHERE nonce = 'failing'"), 0);
}

void what_another_process_changes_counts_at_once(void**) {
  World world;
  const auto known = [&](Context& c) {
    return c.store.requester_by_key(world.login.consumer_key).has_value();
  };
  assert_true(world.get(known));
  assert_int_equal(typed(world, "UPDATE requesters SET removed = 1 WHERE name = 'login host'"), SQLITE_OK);
  assert_false(world.get(known));
}

/// By name, then by id: what the first has read counts for the second, too.
User alice_in(Context& context) {
  const auto user = context.store.user_by_name("default", "alice").value();
  return context.store.user_by_id(user.id).value();
}

void what_another_process_changes_of_a_user_counts_at_once(void**) {
  World world;
  (void)world.pair("alice");
  assert_true(world.get(alice_in).enabled);
  assert_int_equal(typed(world, "UPDATE users SET enabled = 0 WHERE name = 'alice'"), SQLITE_OK);
  assert_false(world.get(alice_in).enabled);
  assert_int_equal(typed(world, "UPDATE users SET name = 'alison' WHERE name = 'alice'"), SQLITE_OK);
  assert_false(world.get([](Context& c) { return c.store.user_by_name("default", "alice").has_value(); }));
  assert_false(
      world.get([](Context& c) { return c.store.user_by_name("default", "alison").value().enabled; }));
}

void a_change_of_a_user_counts_in_the_same_operation_and_after(void**) {
  World world;
  (void)world.pair("alice");
  const auto muted = [](Context& c) { return alice_in(c).muted_until; };
  const Millis at_once = world.get([&](Context& c) {
    User user = alice_in(c);
    user.muted_until = 1;
    c.store.update_user(user);
    return muted(c);
  });
  assert_int_equal(at_once, 1);
  assert_int_equal(world.get(muted), 1);
}

void an_undone_change_of_a_user_does_not_count(void**) {
  World world;
  (void)world.pair("alice");
  assert_true(world.get(alice_in).enabled);
  bool was_enabled = true;
  auto undone = world.submitted([&](Transaction& transaction) {
    User user = transaction.user_by_name("default", "alice").value();
    user.enabled = false;
    transaction.update_user(user);
    was_enabled = transaction.user_by_id(user.id).value().enabled;
    throw StoreError("as if");
  });
  assert_throws_store_error(undone);
  assert_false(was_enabled);
  assert_true(world.get(alice_in).enabled);
}

void a_time_to_enrol_that_is_over_is_not_remembered(void**) {
  World world;
  (void)world.pair("alice");
  world.get([](Context& c) {
    User user = alice_in(c);
    user.enrol_until = c.now + kMinute;
    c.store.update_user(user);
    return alice_in(c);
  });
  world.pass(2 * kMinute);
  assert_true(world.get(alice_in).enrol_until > 0);
  keep_house_to_the_end(world, {});
  assert_int_equal(world.get(alice_in).enrol_until, 0);
}

PairingState state_of_alice(Context& context) {
  const Pairings pairings = context.store.pairings_of_user(alice_in(context).id);
  assert_int_equal(std::distance(pairings.begin(), pairings.end()), 1);
  return pairings.begin()->state;
}

void what_another_process_changes_of_a_pairing_counts_at_once(void**) {
  World world;
  (void)world.pair("alice");
  assert_true(world.get(state_of_alice) == PairingState::enabled);
  assert_int_equal(typed(world, "UPDATE pairings SET state = 4"), SQLITE_OK);
  assert_true(world.get(state_of_alice) == PairingState::deactivated);
}

void a_change_of_a_pairing_counts_in_the_same_operation_unless_it_is_undone(void**) {
  World world;
  (void)world.pair("alice");
  PairingState at_once = PairingState::enabled;
  const auto close = [&at_once](Context& c) {
    const Pairings pairings = c.store.pairings_of_user(alice_in(c).id);
    c.store.close_pairing(*pairings.begin(), PairingState::deactivated, c.now);
    at_once = state_of_alice(c);
    // What was read before is what it was.
    assert_true(pairings.begin()->state == PairingState::enabled);
    return true;
  };
  auto undone = world.submitted([&](Transaction& transaction) {
    Context context{transaction, world.now, kOrigin, nullptr};
    close(context);
    throw StoreError("as if");
  });
  assert_throws_store_error(undone);
  assert_true(at_once == PairingState::deactivated);
  assert_true(world.get(state_of_alice) == PairingState::enabled);
  world.get(close);
  assert_true(world.get(state_of_alice) == PairingState::deactivated);
}

void terminals_are_known_by_what_tells_them_apart(void**) {
  World world;
  (void)world.pair("alice");
  const auto named = [](const char* name) {
    return [name](Context& c) { return c.store.terminal_by_name(alice_in(c).id, name); };
  };
  const auto with_extra = [](const char* extra) {
    return [extra](Context& c) { return c.store.terminal_by_extra(alice_in(c).id, extra); };
  };
  world.get([](Context& c) {
    const std::string user = alice_in(c).id;
    c.store.insert_terminal({"t1", user, "console", "", c.now});
    c.store.insert_terminal({"t2", user, "console", "x", c.now});
    c.store.insert_terminal({"t3", user, "x", "", c.now});
    return true;
  });
  for (int again = 0; again < 2; ++again) {
    assert_string_equal(world.get(named("console"))->id.c_str(), "t1");
    assert_string_equal(world.get(with_extra("x"))->id.c_str(), "t2");
    assert_string_equal(world.get(named("x"))->id.c_str(), "t3");
    assert_false(world.get(with_extra("")).has_value());
    assert_false(world.get(with_extra("console")).has_value());
  }
  world.get([&](Context& c) {
    c.store.rename_terminal(with_extra("x")(c).value(), "desk");
    assert_string_equal(with_extra("x")(c)->name.c_str(), "desk");
    return true;
  });
  assert_string_equal(world.get(with_extra("x"))->name.c_str(), "desk");
  world.get([&](Context& c) {
    c.store.give_extra(named("console")(c).value(), "x");
    return true;
  });
  assert_string_equal(world.get(with_extra("x"))->id.c_str(), "t1");
  assert_false(world.get(named("console")).has_value());
  assert_int_equal(typed(world, "UPDATE terminals SET extra = 'y' WHERE id = 't1'"), SQLITE_OK);
  assert_false(world.get(with_extra("x")).has_value());
}

void known_rows_are_bounded(void**) {
  KnownRows rows;
  const auto terminal = [](const std::string& user, std::size_t i) {
    return Terminal{"terminal " + std::to_string(i), user, std::to_string(i), "", 0};
  };
  const auto knows = [&rows](const std::string& user, std::size_t i) {
    const std::string id = "terminal " + std::to_string(i);
    return rows.terminal(user, [&id](const Terminal& known) { return known.id == id; }) != nullptr;
  };
  for (std::size_t i = 0; i <= KnownRows::kMostTerminals; ++i) rows.put(terminal("alice", i));
  assert_false(knows("alice", 0));
  assert_true(knows("alice", KnownRows::kMostTerminals));
  assert_false(knows("bob", KnownRows::kMostTerminals));
  assert_null(rows.pairings("alice"));
  rows.put("alice", Pairings({}));
  assert_non_null(rows.pairings("alice"));
  assert_true(knows("alice", KnownRows::kMostTerminals));
  for (std::size_t i = 1; i < KnownRows::kMostUsers; ++i) rows.put(terminal(std::to_string(i), i));
  assert_true(knows("alice", KnownRows::kMostTerminals));
  rows.put(terminal("one more", 0));
  assert_false(knows("alice", KnownRows::kMostTerminals));
  assert_true(knows("one more", 0));
}

void known_users_are_bounded_and_found_by_both_names(void**) {
  KnownUsers users;
  const auto user = [](int i) {
    User made;
    made.id = "id of " + std::to_string(i);
    made.name = "user " + std::to_string(i);
    return made;
  };
  users.put(user(0));
  assert_string_equal(users.by_id("id of 0")->name.c_str(), "user 0");
  assert_string_equal(users.by_name("default", "user 0")->id.c_str(), "id of 0");
  assert_null(users.by_name("other", "user 0"));
  User changed = user(0);
  changed.directory = "other";
  users.put(changed);
  assert_null(users.by_name("default", "user 0"));
  assert_string_equal(users.by_name("other", "user 0")->id.c_str(), "id of 0");
  User namesake = user(1);
  namesake.name = "user 0";
  namesake.directory = "other";
  users.put(namesake);
  assert_null(users.by_id("id of 0"));
  assert_string_equal(users.by_name("other", "user 0")->id.c_str(), "id of 1");
  users.put(changed);
  users.forget("id of 0");
  assert_null(users.by_id("id of 0"));
  assert_null(users.by_name("other", "user 0"));
  users.forget("id of 0");
  for (int i = 0; i <= KnownUsers::kMost; ++i) users.put(user(i));
  assert_null(users.by_id("id of 0"));
  assert_non_null(users.by_id("id of " + std::to_string(KnownUsers::kMost)));
}

void an_undone_action_is_not_remembered(void**) {
  World world;
  auto undone = world.submitted([](Transaction& transaction) {
    transaction.insert_action({random_uuid(), "undone", 0});
    (void)transaction.action_by_name("undone");
    throw StoreError("as if");
  });
  assert_throws_store_error(undone);
  assert_false(world.get([](Context& c) { return c.store.action_by_name("undone").has_value(); }));
}

void ids_of_requests_are_random_neighbours(void**) {
  constexpr std::size_t kMany = 5000;
  std::set<std::string> ids;
  std::set<std::string> places;
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string id = new_request_id();
    assert_true(is_uuid(id) && id[14] == '4');
    ids.insert(id);
    places.insert(id.substr(0, 8));
  }
  assert_int_equal(ids.size(), kMany);
  assert_in_range(places.size(), 5, 6);
}

}  // namespace

}  // namespace toopher::server

int main() {
  using namespace toopher::server;
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_past_is_removed_and_nothing_else),
      cmocka_unit_test(what_still_waits_is_not_removed),
      cmocka_unit_test(what_is_over_goes_in_small_steps),
      cmocka_unit_test(a_forgotten_nonce_is_not_good_again),
      cmocka_unit_test(devices_that_never_paired_are_forgotten),
      cmocka_unit_test(a_failure_does_not_take_its_neighbours_with_it),
      cmocka_unit_test(what_another_process_changes_counts_at_once),
      cmocka_unit_test(what_another_process_changes_of_a_user_counts_at_once),
      cmocka_unit_test(a_change_of_a_user_counts_in_the_same_operation_and_after),
      cmocka_unit_test(an_undone_change_of_a_user_does_not_count),
      cmocka_unit_test(a_time_to_enrol_that_is_over_is_not_remembered),
      cmocka_unit_test(what_another_process_changes_of_a_pairing_counts_at_once),
      cmocka_unit_test(a_change_of_a_pairing_counts_in_the_same_operation_unless_it_is_undone),
      cmocka_unit_test(terminals_are_known_by_what_tells_them_apart),
      cmocka_unit_test(known_rows_are_bounded),
      cmocka_unit_test(known_users_are_bounded_and_found_by_both_names),
      cmocka_unit_test(an_undone_action_is_not_remembered),
      cmocka_unit_test(ids_of_requests_are_random_neighbours),
  };
  return cmocka_run_group_tests_name("server store", tests, nullptr, nullptr);
}
