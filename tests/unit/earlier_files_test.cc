// SPDX-License-Identifier: Apache-2.0
// The files of the earlier Toopher module, as its users have them and as its tool wrote them: they mean the same here.
#include "config/config.h"
#include "config/credentials.h"
#include "config/pairings.h"
#include "with_cmocka.h"

using namespace toopher::config;

namespace {

constexpr const char* kConfig = R"(# System-wide configuration of Toopher PAM, see toopher_config (5).

[API]
# Key and secret
credential-file = /etc/security/toopher/credentials

# The hosted server had https://api.toopher.com/v1/
base-url = https://api.toopher.com/v1/

[Options]
# allow [default] or deny
failure-policy = allow

# none, available [default], groups, required
availability = groups

available-group = toopher-available
required-group = toopher-required
excluded-group = toopher-excluded

automation-allowed = false
show-prompt = false
share-pairings = false
)";

void the_configuration_is_read_unchanged(void**) {
  const Config config = parse_config(kConfig, "config");
  assert_same_text(config.api.credential_file, "/etc/security/toopher/credentials");
  assert_int_equal(config.api.base_urls.size(), 1);
  assert_same_text(config.api.base_urls.at(0), "https://api.toopher.com/v1/");
  const Options& o = config.options;
  assert_true(o.failure_policy == FailurePolicy::allow && o.availability == Availability::groups);
  assert_same_text(o.available_group, "toopher-available");
  assert_same_text(o.required_group, "toopher-required");
  assert_same_text(o.excluded_group, "toopher-excluded");
  assert_false(o.automation_allowed || o.show_prompt);
  assert_same_text(o.user_name, "%u@%h");  // share-pairings = false
  assert_true(o.pairing_source == PairingSource::server);
}

void comments_quotes_and_indentation_mean_what_they_meant(void**) {
  const Config config = parse_config(
      "[API]\n"
      "    base-url = \"https://api.toopher.com/v1/\"   # in quotes, indented, with a comment\n"
      "[Options]\r\n"
      "\tfailure-policy = 'deny'\r\n"
      "    required-group = domain admins # of the directory\n"
      "    share-pairings = True\n",
      "config");
  assert_same_text(config.api.base_urls.at(0), "https://api.toopher.com/v1/");
  assert_true(config.options.failure_policy == FailurePolicy::deny);
  assert_same_text(config.options.required_group, "domain admins");
  assert_same_text(config.options.user_name, "%u");
}

void credentials_are_read_unchanged(void**) {
  const RequesterCredentials credentials =
      parse_credentials("# from dev.toopher.com\nkey = abcd1234\nsecret = efgh5678\n", "credentials");
  assert_same_text(credentials.key, "abcd1234");
  assert_same_text(credentials.secret.view(), "efgh5678");
}

void the_old_argument_is_accepted(void**) {
  const Arguments arguments = split_arguments({"config_fail_closed"});
  assert_same_text(arguments.config_file, kDefaultConfigFile);
  assert_int_equal(arguments.options.size(), 0);
}

constexpr const char* kOwn = "0b16d487-8675-4ba9-a3c3-91b833333b2c";
constexpr const char* kShared = "5f9df4ed-f6d2-4d1b-8bd6-8b9ddd0d23c1";

void a_users_file_is_read_unchanged(void**) {
  struct Row {
    std::string text;
    const char* host;
    std::string expected;
  };
  const std::string header =
      "# User-specific configuration, see toopher_config (5).\n\n# Pairings:\n[Pairings]\n";
  const std::string own = std::string("web1.example.org = ") + kOwn + "\n";
  const std::string shared = std::string("shared-pairing-id = ") + kShared + "\n";
  const Row rows[] = {
      {header, "web1.example.org", ""},
      {header + own, "web1.example.org", kOwn},
      {header + own, "WEB1.example.org", kOwn},
      {header + own, "web1", ""},
      {header + own, "web2.example.org", ""},
      {header + own + shared, "web1.example.org", kOwn},
      {header + shared + own, "web1.example.org", kOwn},
      {header + own + shared, "web2.example.org", kShared},
      {header + shared, "", kShared},
      {header + "shared-pairing-id = None\n" + own, "web2", ""},
      {header + "Web1 = \"0B16D487-8675-4BA9-A3C3-91B833333B2C\"\n", "web1", kOwn},
      {header + "  web1 = " + kOwn + " # mine\n", "web1", kOwn},
      {"", "web1", ""},
  };
  for (const Row& row : rows) assert_same_text(pairing_id_for(row.text, "file", row.host), row.expected);
}

void a_wrong_users_file_is_named_with_its_line(void**) {
  struct Row {
    std::string text;
    const char* error;
  };
  const std::string good = std::string("[Pairings]\nweb1 = ") + kOwn + "\n";
  const Row rows[] = {
      {std::string("web1 = ") + kOwn + "\n", "file:1: pairings stand in [Pairings], as HOST = PAIRING-ID"},
      {std::string("[Pairing]\nweb1 = ") + kOwn,
       "file:2: pairings stand in [Pairings], as HOST = PAIRING-ID"},
      {"[Pairings]\nweb1 =\n", "file:2: web1: the value is not the id of a pairing"},
      {"[Pairings]\nweb1 = 12345\n", "file:2: web1: the value is not the id of a pairing"},
      {good + "other = 0b16d487-8675-4ba9-a3c3-91b833333b2\n",
       "file:3: other: the value is not the id of a pairing"},
      {good + "other = 0b16d487-8675-4ba9-a3c3x91b833333b2c\n",
       "file:3: other: the value is not the id of a pairing"},
      {good + "other = 0b16d487-8675-4ba9-a3c3-91b833333b2g\n",
       "file:3: other: the value is not the id of a pairing"},
      {good + "shared-pairing-id = none\n",
       "file:3: shared-pairing-id: the value is not the id of a pairing"},
      {good + "WEB1 = " + kShared + "\n", "file:3: web1 was already set in line 2"},
      {good + "nonsense\n", "file:3: expected `key = value`, a [section] or a comment"},
      {good + std::string("x\0 = y\n", 7), "file:3: a NUL byte or another control character is not allowed"},
  };
  for (const Row& row : rows) {
    std::string error = "accepted";
    try {
      (void)pairing_id_for(row.text, "file", "web1");
    } catch (const ConfigError& caught) {
      error = caught.what();
    }
    assert_same_text(error, row.error);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_configuration_is_read_unchanged),
      cmocka_unit_test(comments_quotes_and_indentation_mean_what_they_meant),
      cmocka_unit_test(credentials_are_read_unchanged),
      cmocka_unit_test(the_old_argument_is_accepted),
      cmocka_unit_test(a_users_file_is_read_unchanged),
      cmocka_unit_test(a_wrong_users_file_is_named_with_its_line),
  };
  return cmocka_run_group_tests_name("earlier files", tests, nullptr, nullptr);
}
