// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include "config/credentials.h"
#include "with_cmocka.h"

using namespace toopher::config;

namespace {

constexpr const char* kServer = "[API]\nbase-url = https://login.example.org/v1\n";

std::string config_error(const std::string& text) {
  try {
    (void)parse_config(text, "config");
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

void a_minimal_file_has_safe_defaults(void**) {
  const Config config = parse_config(kServer, "config");
  assert_same_text(config.api.base_urls.at(0), "https://login.example.org/v1/");
  assert_true(config.options.failure_policy == FailurePolicy::deny);
  assert_true(config.options.availability == Availability::available);
  assert_true(config.options.prompt == Prompt::during);
  assert_int_equal(config.options.push_timeout.count(), 45);
  assert_false(config.options.nullok);
}

void every_key_is_read(void**) {
  const Config config = parse_config(
      "; the earlier module's file, with this one's keys added\n"
      "[API]\ncredential-file: /etc/c\nbase-url = https://a/v1/,\n  http://127.0.0.1:80/v1\nca-file=/ca\n"
      "ca-path=/cas\nproxy=http://p:3128\ntimeout=7\n"
      "[Options]\nFailure-Policy = ALLOW ; "
      "explicit\navailability=groups\navailable-group=a\nrequired-group=r\n"
      "excluded-group=e\nautomation-allowed=True\nshow-prompt=0\nprompt=after\npush-timeout=30\notp-tries=2\n"
      "echo-code=no\nnumber-matching=required\nuser-name=%u@%h\nask=ruser\npairing-source=file\n",
      "config");
  assert_int_equal(config.api.base_urls.size(), 2);
  assert_same_text(config.api.base_urls.at(1), "http://127.0.0.1:80/v1/");
  assert_same_text(config.api.credential_file, "/etc/c");
  assert_int_equal(config.api.timeout.count(), 7);
  const Options& o = config.options;
  assert_true(o.failure_policy == FailurePolicy::allow && o.availability == Availability::groups);
  assert_true(o.automation_allowed && !o.show_prompt && !o.echo_code && o.prompt == Prompt::after);
  assert_true(o.number_matching == NumberMatching::required && o.ask == Ask::ruser && o.otp_tries == 2);
  assert_same_text(o.user_name, "%u@%h");
  assert_true(o.pairing_source == PairingSource::file);
}

struct Row {
  std::string text;
  const char* error;
};

void wrong_files_are_named_with_their_line(void**) {
  const std::string options = std::string(kServer) + "[Options]\n";
  const Row rows[] = {
      {"",
       "config: base-url is missing in [API]; it is the server's address, as in "
       "https://toopher.example.org/v1/"},
      {options + "promt = during\n", "config:4: unknown key \"promt\" in [Options]; see toopher.conf(5)"},
      {options + "prompt = durin\n", "config:4: prompt = \"durin\": expected one of during, before, after"},
      {options + "push-timeout = 4\n", "config:4: push-timeout = \"4\": expected a number from 5 to 300"},
      {options + "push-timeout = 9999999999999999999999\n",
       "config:4: push-timeout = \"9999999999999999999999\": expected a number from 5 to 300"},
      {options + "echo-code = maybe\n", "config:4: echo-code = \"maybe\": expected yes or no"},
      {options + "prompt = during\nPROMPT = after\n", "config:5: prompt was already set in line 4"},
      {options + "user-name = %x\n",
       "config:4: user-name = \"%x\": after % stands u (account), h (host name) or another %"},
      {options + "user-name = %u\nshare-pairings = yes\n",
       "config:5: user-name in line 4 and share-pairings contradict each other; keep user-name"},
      {options + "failure-policy =\n", "config:4: failure-policy = \"\": expected one of deny, allow"},
      {"prompt = during\n", "config:1: keys stand in [API] or [Options], not in []"},
      {"[api]\nx = y\n", "config:2: keys stand in [API] or [Options], not in [api]"},
      {"[API\n", "config:1: a section needs a closing bracket, as in [Options]"},
      {"[API]\nnonsense\n", "config:2: expected `key = value`, a [section] or a comment"},
      {"  prompt = during\n", "config:1: keys stand in [API] or [Options], not in []"},
      {"  https://a/v1/?x=y\n", "config:1: an indented line continues nothing; remove the blanks"},
      {options + "prompt = 'during\n",
       "config:4: a value in quotes ends with the same quote, and nothing follows it"},
      {options + "prompt = \"during\" after\n",
       "config:4: a value in quotes ends with the same quote, and nothing follows it"},
      {options + "prompt = \"\"\n", "config:4: prompt = \"\": expected one of during, before, after"},
      {options + "required-group = staff, admins\n",
       "config:4: required-group = \"staff,\\x20admins\": expected the name of one group"},
      {options + "excluded-group = staff# not asked\n",
       "config:4: excluded-group = \"staff#\\x20not\\x20asked\": expected the name of one group"},
      {options + "required-group =\n  available-group = staff\n",
       "config:4: required-group = \"\": expected the name of one group"},
      {options + "pairing-source = both\n",
       "config:4: pairing-source = \"both\": expected one of server, file"},
      {"[API]\nproxy = proxy.example.org:3128\n",
       "config:2: proxy = \"proxy.example.org:3128\": a proxy is http://HOST:PORT or https://HOST:PORT"},
      {"[API]\nproxy = http://proxy.example.org\n",
       "config:2: proxy = \"http://proxy.example.org\": a proxy is http://HOST:PORT or https://HOST:PORT"},
      {"[API]\nproxy = http://:3128\n",
       "config:2: proxy = \"http://:3128\": a proxy is http://HOST:PORT or https://HOST:PORT"},
      {"[API]\nproxy = https://a b:3128\n",
       "config:2: proxy = \"https://a\\x20b:3128\": a proxy is http://HOST:PORT or https://HOST:PORT"},
      {"[API]\nproxy = http://user:word@p:3128\n",
       "config:2: proxy = \"http://user:word@p:3128\": a proxy is http://HOST:PORT or https://HOST:PORT"},
      {"[API]\nproxy = http://p:99999\n",
       "config:2: proxy = \"http://p:99999\": a proxy is http://HOST:PORT or https://HOST:PORT"},
      {std::string("[API]\nba\0se = x\n", 14),
       "config:2: a NUL byte or another control character is not allowed"},
      {"[API]\nx = \xFF\n", "config:2: the line is not valid UTF-8"},
      {"[API]\nx = " + std::string(4096, 'y'), "config:2: the line is longer than 4096 bytes"},
      {"[API]\nbase-url = ftp://x/\n", "config:2: base-url = \"ftp://x/\": a base-url starts with https://"},
      {"[API]\nbase-url = http://login.example.org/\n",
       "config:2: base-url = \"http://login.example.org/\": http:// would send codes in clear text; use "
       "https:// (http "
       "only to 127.0.0.1 or [::1])"},
      {"[API]\nbase-url = http://127.0.0.1.evil.example/\n",
       "config:2: base-url = \"http://127.0.0.1.evil.example/\": http:// would send codes in clear text; use "
       "https:// "
       "(http only to 127.0.0.1 or [::1])"},
      {"[API]\nbase-url = http://127.0.0.08/\n",
       "config:2: base-url = \"http://127.0.0.08/\": http:// would send codes in clear text; use "
       "https:// "
       "(http only to 127.0.0.1 or [::1])"},
      {"[API]\nbase-url = http://127.0.0.1@evil.example/\n",
       "config:2: base-url = \"http://127.0.0.1@evil.example/\": a base-url is https://HOST[:PORT]/PATH "
       "without user, "
       "query or fragment"},
      {"[API]\nbase-url = http://[::1]evil.example/\n",
       "config:2: base-url = \"http://[::1]evil.example/\": a base-url is https://HOST[:PORT]/PATH without "
       "user, query or fragment"},
      {"[API]\nbase-url = https://a:65536/\n",
       "config:2: base-url = \"https://a:65536/\": a base-url is https://HOST[:PORT]/PATH without user, "
       "query or fragment"},
      {"[API]\nbase-url = https://[::1/\n",
       "config:2: base-url = \"https://[::1/\": a base-url is https://HOST[:PORT]/PATH without user, query "
       "or fragment"},
      {"[API]\nbase-url = https://a/,,https://b/\n",
       "config:2: base-url = \"https://a/,,https://b/\": a base-url starts with https://"},
      {"[API]\nca-file = ca.pem\n", "config:2: ca-file = \"ca.pem\": expected an absolute path"},
      {"[API]\ncrl-file = crl.pem\n", "config:2: crl-file = \"crl.pem\": expected an absolute path"},
  };
  for (const Row& row : rows) assert_same_text(config_error(row.text), row.error);
}

std::string argument_error(const std::vector<std::string>& arguments) {
  Options options;
  try {
    apply_arguments(options, split_arguments(arguments).options);
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

void module_arguments_override_or_are_refused(void**) {
  Options options;
  const Arguments arguments =
      split_arguments({"conf=/c", "config_fail_closed", "prompt=after", "push_timeout=9", "nullok", "debug"});
  apply_arguments(options, arguments.options);
  assert_same_text(arguments.config_file, "/c");
  assert_true(options.prompt == Prompt::after && options.nullok && options.debug);
  assert_int_equal(options.push_timeout.count(), 9);
  assert_same_text(split_arguments({}).config_file, kDefaultConfigFile);
  assert_same_text(argument_error({"nulok"}), "unknown module argument \"nulok\"; see pam_toopher(8)");
  assert_same_text(argument_error({"prompt"}), "unknown module argument \"prompt\"; see pam_toopher(8)");
  assert_same_text(argument_error({"otp_tries=0"}),
                   "module argument \"otp_tries=0\": expected a number from 1 to 10");
  assert_same_text(argument_error({"prompt=after", "prompt=after"}),
                   "module argument \"prompt=after\": prompt is given twice");
  assert_same_text(argument_error({"push_timeout=9", "push-timeout=8"}),
                   "module argument \"push-timeout=8\": push-timeout is given twice");
  assert_same_text(argument_error({"nullok", "nullok"}), "module argument \"nullok\": nullok is given twice");
  assert_same_text(argument_error({"conf=config"}),
                   "module argument \"conf=config\": expected an absolute path");
}

std::string credentials_error(const std::string& text) {
  try {
    (void)parse_credentials(text, "credentials");
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

void a_language_is_a_locale_and_never_a_path(void**) {
  const auto language = [](const std::string& value) {
    Options options;
    apply_arguments(options, {"language=" + value});
    return options.language;
  };
  assert_same_text(language("de"), "de");
  assert_same_text(language("de_AT.UTF-8"), "de_AT");
  assert_same_text(language("en_GB.utf8"), "");
  assert_same_text(language(""), "");
  for (const char* wrong : {"..", "../de", "de/..", "d", "deutsch", "DE", "de_", "de_at", "de_DE.",
                            "de_DE@euro", ".UTF-8", "de de"})
    assert_true(
        argument_error({std::string("language=") + wrong}).starts_with("module argument \"language="));
  assert_same_text(argument_error({"language=de_DE.ISO-8859-1"}),
                   "module argument \"language=de_DE.ISO-8859-1\": texts are UTF-8");
}

void a_prompt_text_is_plain_and_short(void**) {
  const auto text = [](const std::string& value) {
    Options options;
    apply_arguments(options, {"prompt_text=" + value});
    return options.prompt_text;
  };
  assert_same_text(text("Confirm at ACME"), "Confirm at ACME");
  assert_same_text(text("Confirm at ACME: "), "Confirm at ACME");
  assert_same_text(text(": "), "");
  assert_same_text(text(std::string(200, 'x')), std::string(200, 'x'));
  for (const std::string& wrong : {std::string(201, 'x'), std::string("a\x1b[2J"), std::string("a\nb"),
                                   std::string("\xff"), std::string("a\xe2\x80") + '\xae'})
    assert_true(argument_error({"prompt_text=" + wrong}).starts_with("module argument "));
}

void credentials_are_complete_and_never_repeated(void**) {
  const RequesterCredentials credentials =
      parse_credentials("[Toopher]\nkey = abc\nsecret = s=;cr#t\n", "credentials");
  assert_same_text(credentials.key, "abc");
  assert_true(credentials.secret.equals("s=;cr#t"));
  assert_same_text(credentials_error("key = a\n"),
                   "credentials: `secret` is missing; it is the requester's secret");
  assert_same_text(credentials_error("key = a\nsecret = \n"), "credentials:2: secret is empty");
  assert_same_text(credentials_error("key = a\nsecret = b\n[x]\nsecret = c\n"),
                   "credentials:4: secret is set twice");
  assert_same_text(credentials_error("hunter2 = b\n"),
                   "credentials:1: only `key` and `secret` are known here");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_minimal_file_has_safe_defaults),
      cmocka_unit_test(every_key_is_read),
      cmocka_unit_test(wrong_files_are_named_with_their_line),
      cmocka_unit_test(module_arguments_override_or_are_refused),
      cmocka_unit_test(a_language_is_a_locale_and_never_a_path),
      cmocka_unit_test(a_prompt_text_is_plain_and_short),
      cmocka_unit_test(credentials_are_complete_and_never_repeated),
  };
  return cmocka_run_group_tests_name("config", tests, nullptr, nullptr);
}
