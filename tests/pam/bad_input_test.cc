// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong in a file or an argument, a row each: the login ends with PAM_SERVICE_ERR and a line in the
// log that says where, under failure-policy = allow as well. (Files of other owners, and ~/.toopher: e2e/hosts.)
#include <fcntl.h>
#include <security/pam_appl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "pam/installation.h"
#include "with_cmocka.h"

namespace fs = std::filesystem;
using namespace installation;

namespace {

/// ETC, SECRETS and TRUST stand for the directories of the configuration, the credentials and ca-file.
std::string expand(std::string text) {
  for (const auto& [word, folder] : {std::pair("ETC", "/etc"), {"SECRETS", "/secrets"}, {"TRUST", "/trust"}})
    for (std::size_t at = 0; (at = text.find(word)) != std::string::npos;)
      text.replace(at, std::strlen(word), directory + folder);
  return text;
}

const char* policy;  // of the run

/// Seven lines: what a row adds is the eighth, in [Options].
std::string config() {
  return good_config() + "failure-policy = " + policy + "\n";
}

/// The line of `number`, counted from 1, as another one.
std::string config_with(std::size_t number, const std::string& line) {
  std::string text = config();
  std::size_t begin = 0;
  while (--number > 0) begin = text.find('\n', begin) + 1;
  return text.replace(begin, text.find('\n', begin) - begin, expand(line));
}

void restore_all() {
  for (const char* folder : {"/etc", "/secrets", "/trust"}) {
    ::chmod((directory + folder).c_str(), 0755);
    fs::remove_all(directory + folder);
  }
  restore();
  write(config_path(), config());
}

/// The login of an account that needs a factor: its code, and nothing but one line in the log with `words`.
void expect(const char* what, const std::string& arguments, int code, const std::string& words) {
  print_message("  %s (%s)\n", what, policy);
  const bool own = arguments.find("conf=") != std::string::npos;
  const int actual = authenticate((own ? "" : "conf=" + config_path() + " ") + arguments, user_name());
  if (logged.size() != 1) fail_msg("%zu lines in the log", logged.size());
  if (logged.at(0).find(expand(words)) == std::string::npos)
    fail_msg("expected \"%s\" in the log, found: %s", expand(words).c_str(), logged.at(0).c_str());
  assert_int_equal(actual, code);
  assert_non_null(std::strstr(logged.at(0).c_str(), "outcome=misconfigured"));
  assert_null(std::strstr(logged.at(0).c_str(), "hunter2"));
  assert_true(requested_delay >= 1'000'000);  // libpam varies it by up to half
  assert_int_equal(shown.size(), 1);
  assert_non_null(std::strstr(shown.at(0).c_str(), "not set up correctly"));
}

void with_each_policy(void (*run)()) {
  for (const char* each : {"deny", "allow"}) {
    policy = each;
    run();
  }
  restore_all();
}

// --- lines of the configuration --------------------------------------------------

struct Line {
  const char* text;  ///< appended
  const char* words;
};

const Line kOptionLines[] = {
    {"failure-polcy = allow", "ETC/config:8: unknown key 'failure-polcy' in [Options]"},
    {"base-url = http://127.0.0.1:1/", "ETC/config:8: unknown key 'base-url' in [Options]"},
    {"nullok = yes", "ETC/config:8: unknown key 'nullok'"},
    {"conf = /etc/passwd", "ETC/config:8: unknown key 'conf'"},
    {"= allow", "ETC/config:8: expected `key = value`"},
    {"failure-policy", "ETC/config:8: expected `key = value`"},
    {"failure-policy = deny", "ETC/config:8: failure-policy was already set in line 7"},
    {"Availability = none", "ETC/config:8: availability was already set in line 6"},
    {"    availability = none", "ETC/config:8: availability was already set in line 6"},
    {"[Options]\navailability = none", "ETC/config:9: availability was already set in line 6"},
    {"prompt = never", "ETC/config:8: prompt = 'never': expected one of during, before, after"},
    {"prompt =", "ETC/config:8: prompt = '': expected one of during, before, after"},
    {"prompt = 'during", "ETC/config:8: a value in quotes ends with the same quote"},
    {"prompt = during after", "ETC/config:8: prompt = 'during\\x20after'"},
    {"push-timeout = 4", "ETC/config:8: push-timeout = '4': expected a number from 5 to 300"},
    {"push-timeout = 301", "ETC/config:8: push-timeout = '301'"},
    {"push-timeout = -45", "ETC/config:8: push-timeout = '-45'"},
    {"push-timeout = 4.5e1", "ETC/config:8: push-timeout = '4.5e1'"},
    {"push-timeout = 45s", "ETC/config:8: push-timeout = '45s'"},
    {"push-timeout = 18446744073709551661", "ETC/config:8: push-timeout = '18446744073709551661'"},
    {"otp-tries = many", "ETC/config:8: otp-tries = 'many'"},
    {"otp-tries = 0", "ETC/config:8: otp-tries = '0': expected a number from 1 to 10"},
    {"otp-tries = 11", "ETC/config:8: otp-tries = '11'"},
    {"echo-code = maybe", "ETC/config:8: echo-code = 'maybe': expected yes or no"},
    {"show-prompt = 2", "ETC/config:8: show-prompt = '2': expected yes or no"},
    {"automation-allowed = sometimes", "ETC/config:8: automation-allowed = 'sometimes'"},
    {"share-pairings = both", "ETC/config:8: share-pairings = 'both'"},
    {"number-matching = yes", "ETC/config:8: number-matching = 'yes': expected one of off, on, required"},
    {"ask = root", "ETC/config:8: ask = 'root': expected one of automatic, user, ruser"},
    {"pairing-source = home", "ETC/config:8: pairing-source = 'home': expected one of server, file"},
    {"user-name = %x", "ETC/config:8: user-name = '%x'"},
    {"user-name = %", "ETC/config:8: user-name = '%'"},
    {"user-name =", "ETC/config:8: user-name = '': the value is empty"},
    {"user-name = %u\nshare-pairings = no",
     "ETC/config:9: user-name in line 8 and share-pairings contradict"},
    {"required-group =", "ETC/config:8: required-group = '': expected the name of one group"},
    {"required-group = wheel, adm", "ETC/config:8: required-group = 'wheel,\\x20adm'"},
    {"excluded-group = wheel#adm", "ETC/config:8: excluded-group = 'wheel#adm'"},
    {"available-group = a:b", "ETC/config:8: available-group = 'a:b'"},
    {"language = ../../etc", "ETC/config:8: language = '../../etc'"},
    {"offline-codes = perhaps", "ETC/config:8: offline-codes = 'perhaps'"},
    {"offline-max-age = 0", "ETC/config:8: offline-max-age = '0'"},
    {"[Option]\nprompt = during", "ETC/config:9: keys stand in [API] or [Options], not in [Option]"},
    {"[options]\nprompt = during", "ETC/config:9: keys stand in [API] or [Options], not in [options]"},
    {"[Options", "ETC/config:8: a section needs a closing bracket"},
    {"[Options] prompt = during", "ETC/config:8: text after the section's closing bracket"},
    {"[API]\nbase-url = http://127.0.0.1:2/", "ETC/config:9: base-url was already set in line 2"},
    {"[API]\nca-file = ca.pem", "ETC/config:9: ca-file = 'ca.pem': expected an absolute path"},
    {"[API]\nca-path =", "ETC/config:9: ca-path = '': expected an absolute path"},
    {"[API]\nproxy = proxy:3128", "ETC/config:9: proxy = 'proxy:3128'"},
    {"[API]\nproxy = socks5://proxy:1", "ETC/config:9: proxy = 'socks5://proxy:1'"},
    {"[API]\nprompt = during", "ETC/config:9: unknown key 'prompt' in [API]"},
    {"what is this", "ETC/config:8: expected `key = value`"},
    {"prompt = \xFF", "ETC/config:8: the line is not valid UTF-8"},
    {"prompt\x1B = during", "ETC/config:8: a NUL byte or another control character"},
};

void wrong_lines() {
  for (const Line& row : kOptionLines) {
    restore_all();
    write(config_path(), config() + row.text + "\n");
    expect(row.words, "", PAM_SERVICE_ERR, row.words);
  }
}

struct Replaced {
  std::size_t number;
  const char* text;
  const char* words;
};

const Replaced kReplacedLines[] = {
    {1, "", "ETC/config:2: keys stand in [API] or [Options], not in []"},
    {2, "", "ETC/config: base-url is missing"},
    {2, "base-url =", "ETC/config:2: base-url = '': a base-url starts with https://"},
    {2, "base-url = 127.0.0.1", "ETC/config:2: base-url = '127.0.0.1'"},
    {2, "base-url = http://server.example/",
     "ETC/config:2: base-url = 'http://server.example/': http:// would"},
    {2, "base-url = http://127.0.0.1:1/, ", "ETC/config:2: base-url = "},
    {2, "base-url = https://a@127.0.0.1/", "ETC/config:2: base-url = "},
    {2, "base-url = https:///v1/", "ETC/config:2: base-url = "},
    {3, "credential-file = credentials",
     "ETC/config:3: credential-file = 'credentials': expected an absolute"},
    {4, "timeout = 0", "ETC/config:4: timeout = '0': expected a number from 1 to 60"},
    {4, "timeout = 61", "ETC/config:4: timeout = '61'"},
    {5, "[Optoins]", "ETC/config:6: keys stand in [API] or [Options], not in [Optoins]"},
    {6, "availability = required ; or none\n availability none",
     "ETC/config:6: availability = 'required\\x20availability\\x20none'"},
    {7, "failure-policy = alow", "ETC/config:7: failure-policy = 'alow': expected one of deny, allow"},
};

void wrong_lines_instead_of_right_ones() {
  for (const Replaced& row : kReplacedLines) {
    restore_all();
    write(config_path(), config_with(row.number, row.text));
    expect(row.words, "", PAM_SERVICE_ERR, row.words);
  }
}

// --- files as such ---------------------------------------------------------------

struct File {
  const char* what;
  void (*spoil)(const std::string& path);
  const char* words;  ///< after the file's path
};

void make_link(const std::string& path) {
  fs::rename(path, path + ".real");
  fs::create_symlink(path + ".real", path);
}
void add(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  assert_int_equal(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(fd);
}
void let_write(const std::string& path, mode_t mode) {
  assert_int_equal(::chmod(fs::path(path).parent_path().c_str(), mode), 0);
}

/// What is wrong with any of the files.
const File kFiles[] = {
    {"missing", [](const std::string& path) { fs::remove(path); }, ": does not exist"},
    {"a link", make_link, ": is a symbolic link"},
    {"a link to nothing",
     [](const std::string& path) {
       fs::remove(path);
       fs::create_symlink("/nonexistent/toopher", path);
     },
     ": is a symbolic link"},
    {"a directory",
     [](const std::string& path) {
       fs::remove(path);
       fs::create_directory(path);
     },
     ": is not a regular file"},
    {"a FIFO",
     [](const std::string& path) {
       fs::remove(path);
       assert_int_equal(::mkfifo(path.c_str(), 0600), 0);
     },
     ": is not a regular file"},
    {"writable by the group", [](const std::string& path) { ::chmod(path.c_str(), 0620); }, "chmod go-w"},
    {"writable by others", [](const std::string& path) { ::chmod(path.c_str(), 0602); }, "chmod go-w"},
    {"unreadable", [](const std::string& path) { ::chmod(path.c_str(), 0); }, ": Permission denied"},
    {"in a directory that the group may write", [](const std::string& path) { let_write(path, 0775); },
     "so nothing in it can be trusted"},
    {"in a directory that others may write", [](const std::string& path) { let_write(path, 0757); },
     "so nothing in it can be trusted"},
    {"in a sticky directory of the caller's that others may write",
     [](const std::string& path) { let_write(path, 01777); }, "so nothing in it can be trusted"},
    {"behind a link in a directory that others may write",
     [](const std::string& path) {
       const fs::path folder = fs::path(path).parent_path();
       const std::string real = directory + "/loose";
       fs::create_directory(real);
       fs::rename(folder, real + "/moved");
       fs::create_symlink("loose/moved", folder);
       assert_int_equal(::chmod(real.c_str(), 0777), 0);
     },
     "so nothing in it can be trusted"},
};

void remove_loose() {
  ::chmod((directory + "/loose").c_str(), 0755);
  fs::remove_all(directory + "/loose");
}

void wrong_files(const std::string& path, void (*prepare)()) {
  for (const File& row : kFiles) {
    restore_all();
    prepare();
    row.spoil(path);
    expect((path + ": " + row.what).c_str(), "", PAM_SERVICE_ERR,
           *row.words == ':' ? path + row.words : row.words);
    remove_loose();
  }
}

void wrong_configuration_files() {
  wrong_files(config_path(), [] {});
  const File contents[] = {
      {"empty", [](const std::string& path) { write(path, ""); }, ": base-url is missing"},
      {"NUL", [](const std::string& path) { add(path, std::string("prompt = \0during\n", 17)); },
       ":8: a NUL byte"},
      {"NUL at the end", [](const std::string& path) { add(path, std::string(1, '\0')); }, ":8: a NUL byte"},
      {"over-long line", [](const std::string& path) { add(path, "#" + std::string(4096, 'x') + "\n"); },
       ":8: the line is longer than 4096 bytes"},
      {"too long", [](const std::string& path) { add(path, std::string(70'000, '\n')); },
       ": is longer than 65536 bytes"},
      {"all lines in one",
       [](const std::string& path) { write(path, "[API] base-url = http://127.0.0.1:1/\n"); },
       ":1: text after the section's closing bracket"},
      {"UTF-16", [](const std::string& path) { write(path, std::string("\xFF\xFE[\0A\0P\0I\0]\0\n\0", 14)); },
       ":1: a NUL byte"},
  };
  for (const File& row : contents) {
    restore_all();
    row.spoil(config_path());
    expect(row.what, "", PAM_SERVICE_ERR, config_path() + row.words);
  }
}

void wrong_credentials() {
  wrong_files(credentials_path(), [] {});
  const File contents[] = {
      {"readable by the group", [](const std::string& path) { ::chmod(path.c_str(), 0640); },
       ": holds a secret but may be read by others"},
      {"readable by others", [](const std::string& path) { ::chmod(path.c_str(), 0604); },
       ": holds a secret but may be read by others"},
      {"empty", [](const std::string& path) { write(path, ""); }, ": `key` is missing"},
      {"as the earlier package installs it",
       [](const std::string& path) { write(path, "key = \nsecret = \n"); }, ":1: key is empty"},
      {"no key", [](const std::string& path) { write(path, "secret = hunter2\n"); }, ": `key` is missing"},
      {"no secret", [](const std::string& path) { write(path, "key = k\n"); }, ": `secret` is missing"},
      {"a key more", [](const std::string& path) { add(path, "hunter2 = x\n"); },
       ":3: only `key` and `secret`"},
      {"a line that is a secret", [](const std::string& path) { add(path, "hunter2\n"); },
       ":3: expected `key = value`"},
      {"a key twice", [](const std::string& path) { add(path, "key = hunter2\n"); },
       ":3: key was already set in line 1"},
      {"a secret twice, in a section",
       [](const std::string& path) { add(path, "[API]\nsecret = hunter2\n"); }, ":4: secret is set twice"},
      {"NUL", [](const std::string& path) { write(path, std::string("key = k\nsecret = hunter2\0\n", 26)); },
       ":2: a NUL byte"},
      {"not UTF-8", [](const std::string& path) { write(path, "key = k\nsecret = hunter2\xFF\n"); },
       ":2: the line is not valid UTF-8"},
      {"over-long line",
       [](const std::string& path) { write(path, "key = " + std::string(4096, 'x') + "\nsecret = s\n"); },
       ": is longer than 4096 bytes"},
      {"quotes that do not end",
       [](const std::string& path) { write(path, "key = k\nsecret = \"hunter2\n"); },
       ":2: a value in quotes"},
  };
  for (const File& row : contents) {
    restore_all();
    row.spoil(credentials_path());
    expect(row.what, "", PAM_SERVICE_ERR, credentials_path() + row.words);
  }
}

std::string ca_path() {
  return directory + "/trust/ca.pem";
}

void use_ca_file() {
  write(config_path(), config_with(2, "base-url = https://127.0.0.1:1/v1/\nca-file = TRUST/ca.pem"));
  write(ca_path(), "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
}

void wrong_trust_anchors() {
  wrong_files(ca_path(), use_ca_file);
  const File contents[] = {
      {"empty", [](const std::string& path) { write(path, ""); }, ": holds no certificate"},
      {"text", [](const std::string& path) { write(path, "Dear administrator\n"); },
       ": holds no certificate"},
      {"a broken certificate", [](const std::string&) {}, ": holds no certificate"},
      {"a key", [](const std::string& path) { write(path, "-----BEGIN PRIVATE KEY-----\nhunter2\n"); },
       ": holds no certificate"},
      {"too long", [](const std::string& path) { write(path, std::string((1 << 20) + 1, '\n')); },
       ": is longer than 1048576 bytes"},
  };
  for (const File& row : contents) {
    restore_all();
    use_ca_file();
    row.spoil(ca_path());
    expect(row.what, "", PAM_SERVICE_ERR, ca_path() + row.words);
  }
  restore_all();
  write(config_path(), config_with(2, "base-url = https://127.0.0.1:1/v1/\nca-path = TRUST"));
  let_write(ca_path(), 0777);
  expect("ca-path that others may write", "", PAM_SERVICE_ERR, "TRUST: may be written by group or others");
  restore_all();
  write(config_path(), config_with(2, "base-url = https://127.0.0.1:1/v1/\nca-path = /nonexistent/certs"));
  expect("ca-path that is not there", "", PAM_SERVICE_ERR, "/nonexistent: No such file or directory");
}

// --- module arguments --------------------------------------------------------------

const Line kArguments[] = {
    {"nulok", "unknown module argument 'nulok'"},
    {"nullok=yes", "unknown module argument 'nullok=yes'"},
    {"debug=1", "unknown module argument 'debug=1'"},
    {"config_fail_closed=no", "unknown module argument 'config_fail_closed=no'"},
    {"base_url=http://127.0.0.1:2/", "unknown module argument 'base_url=http://127.0.0.1:2/'"},
    {"=allow", "unknown module argument '=allow'"},
    {"prompt", "unknown module argument 'prompt'"},
    {"prompt=", "module argument 'prompt=': expected one of during, before, after"},
    {"prompt=never", "module argument 'prompt=never': expected one of during, before, after"},
    {"PROMPT=after", "unknown module argument 'PROMPT=after'"},
    {"failure_policy=alow", "module argument 'failure_policy=alow'"},
    {"availability=some", "module argument 'availability=some'"},
    {"push_timeout=1000", "module argument 'push_timeout=1000': expected a number from 5 to 300"},
    {"[required_group=a, b]", "module argument 'required_group=a,\\x20b': expected the name of one group"},
    {"prompt=after prompt=after", "module argument 'prompt=after': prompt is given twice"},
    {"push_timeout=9 push-timeout=9", "push-timeout is given twice"},
    {"nullok nullok", "nullok is given twice"},
    {"user_name=%q", "module argument 'user_name=%q'"},
    {"pairing_source=both", "module argument 'pairing_source=both'"},
    {"prompt=\x1B[31m", "module argument 'prompt=\\x1b[31m'"},
    {"conf=", "module argument 'conf=': expected an absolute path"},
    {"conf=config", "module argument 'conf=config': expected an absolute path"},
    {"conf=/nonexistent/toopher", "/nonexistent/toopher: does not exist"},
    {"conf=/dev/null", "/dev/null: is not a regular file"},
    {"conf=/nonexistent/one conf=/nonexistent/two", "conf is given twice"},
    {"helper=toopher-helper", "module argument 'helper=toopher-helper': expected an absolute path"},
    {"helper=/etc", "/etc: is not a regular file"},
};

void wrong_arguments() {
  restore_all();
  for (const Line& row : kArguments) expect(row.words, row.text, PAM_SERVICE_ERR, row.words);
}

void lines_of_the_configuration(void** /*state*/) {
  with_each_policy(wrong_lines);
  with_each_policy(wrong_lines_instead_of_right_ones);
}
void the_configuration_file(void** /*state*/) {
  with_each_policy(wrong_configuration_files);
}
void the_credentials_file(void** /*state*/) {
  with_each_policy(wrong_credentials);
}
void the_trust_anchors(void** /*state*/) {
  with_each_policy(wrong_trust_anchors);
}
void module_arguments(void** /*state*/) {
  with_each_policy(wrong_arguments);
}

/// The rows above are refused for what is wrong in them, and not because of the rest.
void what_they_are_made_of_is_right(void** /*state*/) {
  policy = "allow";
  restore_all();
  assert_int_equal(authenticate("conf=" + config_path(), user_name()), PAM_SUCCESS);
  policy = "deny";
  restore_all();
  assert_int_equal(authenticate("conf=" + config_path(), user_name()), PAM_AUTHINFO_UNAVAIL);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_they_are_made_of_is_right),
      cmocka_unit_test(lines_of_the_configuration),
      cmocka_unit_test(the_configuration_file),
      cmocka_unit_test(the_credentials_file),
      cmocka_unit_test(the_trust_anchors),
      cmocka_unit_test(module_arguments),
  };
  return cmocka_run_group_tests_name("bad input", tests, set_up, tear_down);
}
