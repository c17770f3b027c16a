// SPDX-License-Identifier: Apache-2.0
// What the log tells of housekeeping whose steps fail: once that it does not get on, once that it does again.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>

#include "base/unique_fd.h"
#include "server/housekeeper.h"
#include "server_world.h"

namespace toopher::server {

namespace {

constexpr const char* kInTheWay = "PostgreSQL: canceling statement due to lock timeout (55P03)";
const std::string kBegins = std::string("housekeeping: ") + kInTheWay + "; trying again\n";
const std::string kOver = "housekeeping: works again\n";

/// What goes to the standard error meanwhile, without the name of the program that each line begins with.
template <typename Does>
std::string told_during(Does does) {
  const UniqueFd before(::dup(STDERR_FILENO));
  const UniqueFd file(::memfd_create("log", MFD_CLOEXEC));
  ::dup2(file.get(), STDERR_FILENO);
  does();
  ::dup2(before.get(), STDERR_FILENO);
  std::array<char, 4096> bytes{};
  const ssize_t size = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  std::string text(bytes.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  const std::string name = std::string(program_invocation_short_name) + ": ";
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at))
    text.erase(at, name.size());
  return text;
}

/// Gives up all operations, as after conflicts without end, or has another store carry them out.
class FaultyStore final : public Store {
 public:
  explicit FaultyStore(World& world) : world_(world) {}
  void give_up(bool wanted) { gives_up_ = wanted; }
  /// Once the completion of the last operation was called.
  void wait() { done_.get(); }

  void submit(Operation operation, Completion completion) override {
    const auto done = std::make_shared<std::promise<void>>();
    done_ = done->get_future();
    const auto finish = [done, completion = std::move(completion)](const std::exception_ptr& outcome) {
      completion(outcome);
      done->set_value();
    };
    if (gives_up_) return finish(std::make_exception_ptr(postgres::Conflict(kInTheWay)));
    world_.store->submit(std::move(operation), finish);
  }

 private:
  World& world_;
  bool gives_up_ = false;
  std::future<void> done_;
};

/// A housekeeper of the world's database.
struct House {
  /// What the log tells of a step.
  std::string step(bool fails = false) {
    store.give_up(fails);
    return told_during([this] {
      keeper.take_step();
      store.wait();
    });
  }

  World world;
  FaultyStore store{world};
  boost::asio::io_context loop;
  Waiters waiters;
  Hasher hasher;
  App app{store, waiters, hasher, kOrigin, [this] { return world.now; }, loop.get_executor()};
  Retention retention;
  Housekeeper keeper{app, retention};
};

void failing_steps_are_told_once(void**) {
  House house;
  assert_same_text(house.step(), "");
  assert_same_text(house.step(true), kBegins);
  assert_same_text(house.step(true), "");
  assert_same_text(house.step(), kOver);
  assert_same_text(house.step(), "");
  assert_same_text(house.step(true), kBegins);
}

/// Only instances that share one can be in each other's way.
void need_postgresql() {
  if (postgres_uri().empty()) skip();
}

void a_step_that_another_instance_does_ends_no_trouble(void**) {
  need_postgresql();
  House house;
  assert_same_text(house.step(true), kBegins);
  std::promise<bool> alone;
  std::promise<void> enough;
  auto other = house.world.submitted([&](Transaction& transaction) {
    alone.set_value(transaction.alone_at_housekeeping());
    enough.get_future().wait();
  });
  assert_true(alone.get_future().get());
  const std::string told = house.step();
  enough.set_value();
  other.get();
  assert_same_text(told, "");
  assert_same_text(house.step(), kOver);
}

void a_lock_that_stays_is_told(void**) {
  need_postgresql();
  House house;
  postgres::Link other(house.world.schema->options());
  (void)other.execute("BEGIN; LOCK TABLE nonces", std::chrono::seconds(5));
  const std::string told = house.step();
  (void)other.execute("ROLLBACK", std::chrono::seconds(5));
  assert_same_text(told, kBegins);
  assert_same_text(house.step(), kOver);
}

}  // namespace

}  // namespace toopher::server

int main() {
  using namespace toopher::server;
  const CMUnitTest tests[] = {
      cmocka_unit_test(failing_steps_are_told_once),
      cmocka_unit_test(a_step_that_another_instance_does_ends_no_trouble),
      cmocka_unit_test(a_lock_that_stays_is_told),
  };
  return cmocka_run_group_tests_name("server housekeeping", tests, nullptr, nullptr);
}
