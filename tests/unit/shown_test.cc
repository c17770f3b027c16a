// SPDX-License-Identifier: Apache-2.0
// What a phone is told of a sudo command: nothing hidden in it, and nothing pushed out of sight.
#include "pam/shown.h"

#include <cstring>

#include "base/text.h"
#include "base/visible.h"
#include "pam/sudo_command.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::pam;

namespace {

void what_cannot_be_seen_is_spelled_out(void**) {
  assert_same_text(make_visible("rm -rf /srv/\xc3\xbc"), "rm -rf /srv/\xc3\xbc");
  assert_same_text(make_visible(std::string_view("a\0b", 3)), "a\\x00b");
  assert_same_text(make_visible("a\x1b[2Jb\r\n\t\x7f"), "a\\x1b[2Jb\\x0d\\x0a\\x09\\x7f");
  assert_same_text(make_visible("\xc2\x85"), "\\u0085");  // C1
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested
  assert_same_text(make_visible("\xe2\x80\xae\xe2\x81\xa6"), "\\u202e\\u2066");
  assert_same_text(make_visible("\xe2\x80\x8b\xc2\xad\xef\xbb\xbf"), "\\u200b\\u00ad\\ufeff");
  assert_same_text(make_visible("\xc2\xa0\xe3\x80\x80\xe2\xa0\x80"), "\\u00a0\\u3000\\u2800");  // blanks
  assert_same_text(make_visible("\xf3\xa0\x81\x81"), "\\U000e0041");                            // tags
  assert_same_text(make_visible("a\xff\xc3"), "a\\xff\\xc3");
}

void words_are_quoted_as_bash_takes_them(void**) {
  struct Row {
    const char* word;
    const char* quoted;
  };
  const Row rows[] = {
      {"/bin/ls", "/bin/ls"},
      {"", "''"},
      {"a b", "'a b'"},
      {"$(id)", "'$(id)'"},
      {"\\x1b", "'\\x1b'"},
      {"\x1b", "$'\\x1b'"},
      {"\\\x1b", "$'\\\\\\x1b'"},
      {"it's", "$'it\\'s'"},
      {"a\n; rm -rf /", "$'a\\x0a; rm -rf /'"},
      {"\xc3\xbc", "'\xc3\xbc'"},
  };
  for (const Row& row : rows) assert_same_text(quote_word(row.word), row.quoted);
}

void a_cut_keeps_both_ends_and_says_so(void**) {
  assert_same_text(shorten("short", 64), "short");
  assert_same_text(shorten(std::string(64, 'x'), 64), std::string(64, 'x'));
  const std::string text = "begin" + std::string(1000, 'x') + "; rm -rf /";
  const std::string cut = shorten(text, 100);
  assert_true(cut.size() <= 100 && cut.starts_with("beginxxx") && cut.ends_with("xxx; rm -rf /"));
  assert_non_null(std::strstr(cut.c_str(), " [... 963 characters left out ...] "));
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "\xc3\xbc";
  for (std::size_t size = 64; size < 80; ++size) {
    const std::string both = shorten(umlauts, size);
    assert_true(both.size() <= size && is_valid_utf8(both));
  }
}

struct Row {
  std::vector<std::string_view> words;
  const char* command;
  const char* target;
  const char* directory = "";
};

const Row kRows[] = {
    {{"sudo", "ls", "-l"}, "ls -l", "root"},
    {{"sudo", "-u", "bob", "ls"}, "ls", "bob"},
    {{"sudo", "-ubob", "ls", "-u", "alice"}, "ls -u alice", "bob"},
    {{"sudo", "--user=bob", "ls"}, "ls", "bob"},
    {{"sudo", "--user", "#1000", "ls"}, "ls", "#1000"},
    {{"sudo", "-u", "alice", "-u", "bob", "ls"}, "ls", "bob"},
    {{"sudo", "-nku", "bob", "ls"}, "ls", "bob"},
    {{"sudo", "-p", "-u", "ls"}, "ls", "root"},
    {{"sudo", "--", "-u", "bob"}, "-u bob", "root"},
    {{"sudo", "--prompt=x", "-T", "5", "ls"}, "ls", "root"},
    {{"sudo", "-D", "/srv", "ls"}, "ls", "root", "/srv"},
    {{"sudo", "--chdir=/srv", "ls"}, "ls", "root", "/srv"},
    {{"sudo", "sh", "-c", "a b; c"}, "sh -c 'a b; c'", "root"},
    // variables come before, between and after options
    {{"sudo", "A=b c", "-u", "bob", "LD_PRELOAD=/x", "ls"}, "'A=b c' LD_PRELOAD=/x ls", "bob"},
    {{"sudo", "--", "A=b", "ls"}, "A=b ls", "root"},
    {{"sudo", "/bin/a=b", "-u", "bob"}, "/bin/a=b -u bob", "root"},
    // what changes more than who and where is shown as a whole
    {{"sudo", "-i"}, "sudo -i", "root"},
    {{"sudo", "-iu", "bob"}, "sudo -iu bob", "bob"},
    {{"sudo", "-s", "ls"}, "sudo -s ls", "root"},
    {{"sudo", "-e", "/etc/passwd"}, "sudo -e /etc/passwd", "root"},
    {{"/usr/bin/sudoedit", "/etc/passwd"}, "/usr/bin/sudoedit /etc/passwd", "root"},
    {{"sudo", "-E", "ls"}, "sudo -E ls", "root"},
    {{"sudo", "--preserve-env=PATH,HOME", "ls"}, "sudo --preserve-env=PATH,HOME ls", "root"},
    {{"sudo", "-R", "/srv", "ls"}, "sudo -R /srv ls", "root"},
    {{"sudo", "-g", "adm", "ls"}, "sudo -g adm ls", ""},
    {{"sudo", "-u", "bob", "-g", "adm", "ls"}, "sudo -u bob -g adm ls", "bob"},
    {{"sudo", "-v"}, "sudo -v", "root"},
    {{"sudo"}, "sudo", "root"},
    {{"sudo", "A=b"}, "sudo A=b", "root"},
    // nothing is guessed
    {{"sudo", "-h", "host", "-u", "bob", "ls"}, "sudo -h host -u bob ls", ""},
    {{"sudo", "-u", "bob", "-z", "ls"}, "sudo -u bob -z ls", ""},
    {{"sudo", "--us", "bob", "ls"}, "sudo --us bob ls", ""},
    {{"sudo", "--login=x", "ls"}, "sudo --login=x ls", ""},
    {{"sudo", "-u"}, "sudo -u", ""},
    {{"sudo", "--user"}, "sudo --user", ""},
    {{"sudo", "-u", "", "ls"}, "ls", ""},
    // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested
    {{"sudo", "-u", "bob\xe2\x80\xae", "ls"}, "ls", "bob\\u202e"},
    {{"x", "ls"}, "ls", "root"},
    {{}, "", "root"},
};

void sudos_options_are_read_as_sudo_does(void**) {
  for (const Row& row : kRows) {
    const SudoCommand read = read_sudo_command(row.words);
    assert_same_text(read.command, row.command);
    assert_same_text(read.target, row.target);
    assert_same_text(read.directory, row.directory);
  }
}

void sudos_own_prompt_is_seen(void**) {
  for (const auto& words : std::vector<std::vector<std::string_view>>{{"sudo", "-p", "x", "ls"},
                                                                      {"sudo", "-p", "", "ls"},
                                                                      {"sudo", "-px", "ls"},
                                                                      {"sudo", "-u", "bob", "-knp", "x"},
                                                                      {"sudo", "--prompt", "x", "ls"},
                                                                      {"sudo", "--prompt=x"},
                                                                      {"sudo", "A=b", "-p", "x", "-z"}})
    assert_true(read_sudo_command(words).own_prompt);
  for (const auto& words : std::vector<std::vector<std::string_view>>{{},
                                                                      {"sudo", "ls", "-p", "x"},
                                                                      {"sudo", "-u", "-p", "ls"},
                                                                      {"sudo", "--", "-p"},
                                                                      {"sudo", "-P", "ls"}})
    assert_false(read_sudo_command(words).own_prompt);
}

void this_process_is_read(void**) {
  const ShownCommand shown = shown_command();
  assert_true(shown.command.find("/proc") == std::string::npos);
  assert_true(shown.directory.starts_with("/") || shown.directory.starts_with("'/"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_cannot_be_seen_is_spelled_out),
      cmocka_unit_test(words_are_quoted_as_bash_takes_them),
      cmocka_unit_test(a_cut_keeps_both_ends_and_says_so),
      cmocka_unit_test(sudos_options_are_read_as_sudo_does),
      cmocka_unit_test(sudos_own_prompt_is_seen),
      cmocka_unit_test(this_process_is_read),
  };
  return cmocka_run_group_tests_name("shown", tests, nullptr, nullptr);
}
