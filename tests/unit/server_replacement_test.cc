// SPDX-License-Identifier: Apache-2.0
// Each database that is replaced is kept, however soon the next one is.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "server/admin/replacement.h"
#include "server/store/sqlite_connection.h"
#include "with_cmocka.h"

namespace toopher::server::admin {

namespace {

constexpr std::time_t kNow = 1'800'000'000;

/// A directory for the database.
class Place {
 public:
  Place() {
    char form[] = "/tmp/toopherd-test-XXXXXX";
    assert_non_null(::mkdtemp(form));
    directory_ = form;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string database() const { return directory_ + "/db"; }
  [[nodiscard]] std::string kept(const std::string& end) const {
    return database() + ".before-20270115T080000Z" + end;
  }

 private:
  std::string directory_;
};

void make_database(const std::string& file, int mark) {
  sqlite::Connection database(file);
  database.set_schema_version(mark);
}

int mark_of(const std::string& file) {
  sqlite::Connection database(file);
  return static_cast<int>(database.schema_version());
}

void replacements_of_one_second_are_all_kept(void**) {
  const Place place;
  make_database(place.database(), 1);
  for (const int mark : {2, 3, 4}) {
    make_database(replacement_of(place.database()), mark);
    (void)put_replacement_in_place(place.database(), kept_name(place.database(), kNow));
    assert_int_equal(mark_of(place.database()), mark);
  }
  assert_int_equal(mark_of(place.kept("")), 1);
  assert_int_equal(mark_of(place.kept("-2")), 2);
  assert_int_equal(mark_of(place.kept("-3")), 3);
}

void what_a_damaged_database_left_is_kept_too(void**) {
  const Place place;
  std::ofstream(place.kept("-wal")) << "of a damaged one";
  assert_same_text(kept_name(place.database(), kNow), place.kept("-2"));
}

void another_second_has_another_name(void**) {
  const Place place;
  make_database(kept_name(place.database(), kNow), 1);
  assert_same_text(kept_name(place.database(), kNow + 1), place.database() + ".before-20270115T080001Z");
}

}  // namespace

}  // namespace toopher::server::admin

int main() {
  using namespace toopher::server::admin;
  const CMUnitTest tests[] = {
      cmocka_unit_test(replacements_of_one_second_are_all_kept),
      cmocka_unit_test(what_a_damaged_database_left_is_kept_too),
      cmocka_unit_test(another_second_has_another_name),
  };
  return cmocka_run_group_tests_name("server replacement", tests, nullptr, nullptr);
}
