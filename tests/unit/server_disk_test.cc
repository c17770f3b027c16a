// SPDX-License-Identifier: Apache-2.0
// Every single write and sync of a login fails once: nobody is told "granted" without its being kept, and no code is good
// twice, whether the server goes on or is started again on what the disk had at that moment.
#include "failing_disk.h"
#include "server_world.h"

namespace toopher::server {

namespace {

struct Told {
  bool granted = false;
  bool failed = false;
};

Told submit_code(World& world, const std::string& code) {
  Told told;
  try {
    const auto result = world.ask(world.start(World::code_of("alice", code)));
    const auto* request = std::get_if<1>(&result);
    told.granted = request != nullptr && request->state == RequestState::granted;
  } catch (const StoreUnavailable&) {
    told.failed = true;
  }
  return told;
}

/// What is in the files now, as after kill -9.
void restart_on_a_copy(World& world) {
  const std::string other = world.directory + "/killed";
  std::filesystem::remove_all(other);
  std::filesystem::create_directory(other);
  for (const char* file : {"db", "db-wal"}) {
    if (std::filesystem::exists(world.directory + "/" + file))
      std::filesystem::copy_file(world.directory + "/" + file, other + "/" + file);
  }
  world.store.reset();
  for (const char* file : {"db", "db-wal", "db-shm"}) std::filesystem::remove(world.directory + "/" + file);
  for (const char* file : {"db", "db-wal"}) {
    if (std::filesystem::exists(other + "/" + file))
      std::filesystem::rename(other + "/" + file, world.directory + "/" + file);
  }
  world.open();
}

/// Fails each write of a login in turn, until a login has not so many.
void fail_each_write(int says, bool for_good, bool killed) {
  World world;
  const Phone phone = world.pair("alice");
  failing_disk::says = says;
  failing_disk::for_good = for_good;
  int tried = 0;
  for (bool reached = true; reached; ++tried) {
    world.pass(31 * kSecond);
    const std::string code = world.code(phone);
    failing_disk::repair();
    failing_disk::fails_at = tried + 1;
    const Told told = submit_code(world, code);
    reached = failing_disk::happened >= tried + 1;
    failing_disk::repair();
    assert_true(told.granted || told.failed);
    if (killed) restart_on_a_copy(world);
    const Told again = submit_code(world, code);
    assert_false(again.failed);
    if (told.granted) assert_false(again.granted);
    assert_false(submit_code(world, code).granted);
  }
  assert_true(tried > 3);
}

void a_write_fails(void**) {
  fail_each_write(SQLITE_IOERR_WRITE, false, false);
}
void a_write_fails_and_the_server_is_killed(void**) {
  fail_each_write(SQLITE_IOERR_WRITE, false, true);
}
void the_disk_is_full_for_a_while(void**) {
  fail_each_write(SQLITE_FULL, true, false);
}
void the_disk_is_full_and_the_server_is_killed(void**) {
  fail_each_write(SQLITE_FULL, true, true);
}

}  // namespace

}  // namespace toopher::server

int main() {
  using namespace toopher::server;
  toopher::failing_disk::install();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_write_fails),
      cmocka_unit_test(a_write_fails_and_the_server_is_killed),
      cmocka_unit_test(the_disk_is_full_for_a_while),
      cmocka_unit_test(the_disk_is_full_and_the_server_is_killed),
  };
  return cmocka_run_group_tests_name("server disk", tests, nullptr, nullptr);
}
