// SPDX-License-Identifier: Apache-2.0
// What `toopher-admin doctor` makes of what a PostgreSQL says of itself.
#include <string>
#include <vector>

#include "server/admin/findings.h"
#include "server/admin/notes.h"
#include "with_cmocka.h"

namespace toopher::server::admin {

namespace {

constexpr Millis kNow = 1'800'000'000'000;

/// Of a server as Debian sets it up, with one toopherd.
sql::ServerFacts usual_facts() {
  sql::ServerFacts facts;
  facts.settings = {{"fsync", "on"},
                    {"full_page_writes", "on"},
                    {"max_connections", "100"},
                    {"server_version", "15.10"},
                    {"superuser_reserved_connections", "3"},
                    {"synchronous_commit", "on"}};
  facts.instances = {{"host 01", "", kNow / 1000, 5}};
  facts.now = kNow;
  return facts;
}

sql::ServerFacts facts_with_clock(Millis ahead) {
  sql::ServerFacts facts = usual_facts();
  facts.now += ahead;
  return facts;
}

sql::ServerFacts facts_with(const std::string& name, const std::string& value) {
  sql::ServerFacts facts = usual_facts();
  for (auto& [known, text] : facts.settings)
    if (known == name) text = value;
  return facts;
}

/// Three of the connections are kept for superusers.
sql::ServerFacts facts_of_instances(std::size_t count, int max_connections) {
  sql::ServerFacts facts = facts_with("max_connections", std::to_string(max_connections));
  facts.instances.resize(count, facts.instances.front());
  return facts;
}

/// LEVEL TEXT of each finding on this subject, one a line; advice is there where something is to be done (not 0).
std::string found(const sql::ServerFacts& facts, const std::string& subject, unsigned connections = 4) {
  ServerConfig config;
  config.database_connections = connections;
  Findings findings;
  examine_database_server(config, answer_with(facts, kNow).get(), findings);
  std::string text;
  for (const Finding& finding : findings.all()) {
    if (finding.subject != subject) continue;
    if (!text.empty()) text += "\n";
    text += std::to_string(static_cast<int>(finding.level)) + " " + finding.text;
    assert_int_equal(finding.advice.empty(), finding.level == Level::good);
  }
  return text;
}

void clocks_may_differ_by_a_second(void**) {
  for (const Millis ahead : {0, 1, 1000, -1, -1000})
    assert_same_text(found(facts_with_clock(ahead), "database time"), "0 as here");
  assert_same_text(found(facts_with_clock(1001), "database time"), "1 its clock is 1 s ahead of this one");
  assert_same_text(found(facts_with_clock(-1001), "database time"), "1 its clock is 1 s behind this one");
  assert_same_text(found(facts_with_clock(90'000), "database time"), "1 its clock is 90 s ahead of this one");
  assert_same_text(found(facts_with_clock(-7'200'000), "database time"),
                   "1 its clock is 7200 s behind this one");
}

void all_instances_need_room(void**) {
  assert_same_text(found(usual_facts(), "instances"), "0 1 instance of 5 connections each, room for 97");
  assert_same_text(found(facts_of_instances(3, 18), "instances"),
                   "0 3 instances of 5 connections each, room for 15");
  assert_same_text(found(facts_of_instances(3, 17), "instances"),
                   "1 3 instances of 5 connections each, room for 14");
  assert_same_text(found(facts_of_instances(4, 18), "instances"),
                   "1 4 instances of 5 connections each, room for 15");
  assert_same_text(found(facts_of_instances(3, 18), "instances", 5),
                   "1 3 instances of 6 connections each, room for 15");
}

void an_instance_that_does_not_run_needs_room_too(void**) {
  assert_same_text(found(facts_of_instances(0, 8), "instances"),
                   "0 1 instance of 5 connections each, room for 5");
  assert_same_text(found(facts_of_instances(0, 7), "instances"),
                   "1 1 instance of 5 connections each, room for 4");
}

void what_is_no_number_is_no_room(void**) {
  assert_same_text(found(facts_with("max_connections", "many"), "instances"),
                   "1 1 instance of 5 connections each, room for -3");
}

void commits_must_be_durable(void**) {
  assert_same_text(found(usual_facts(), "postgresql"), "0 version 15.10, its commits are durable");
  for (const std::string name : {"fsync", "full_page_writes"})
    assert_same_text(found(facts_with(name, "off"), "postgresql"),
                     "2 " + name +
                         " is off: a crash of its machine loses what was acknowledged, and a used code is "
                         "good again");
  assert_same_text(found(facts_with("synchronous_commit", "off"), "postgresql"),
                   "1 synchronous_commit is off; toopherd turns it on for itself, other programs do not");
}

void a_file_has_no_server(void**) {
  Findings findings;
  examine_database_server({}, api::Json(json_object()).get(), findings);
  assert_true(findings.all().empty());
}

}  // namespace

}  // namespace toopher::server::admin

int main() {
  using namespace toopher::server::admin;
  const CMUnitTest tests[] = {
      cmocka_unit_test(clocks_may_differ_by_a_second),
      cmocka_unit_test(all_instances_need_room),
      cmocka_unit_test(an_instance_that_does_not_run_needs_room_too),
      cmocka_unit_test(what_is_no_number_is_no_room),
      cmocka_unit_test(commits_must_be_durable),
      cmocka_unit_test(a_file_has_no_server),
  };
  return cmocka_run_group_tests_name("server doctor", tests, nullptr, nullptr);
}
