// SPDX-License-Identifier: Apache-2.0
// Offline codes on a real disk: what is kept, which codes count, and that a used one never counts again.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <system_error>

#include "base/text.h"
#include "crypto/scrypt.h"
#include "offline/store.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::offline;

namespace {

constexpr const char* kPairing = "11111111-1111-4111-8111-111111111111";
constexpr const char* kOtherPairing = "22222222-2222-4222-8222-222222222222";
constexpr std::chrono::hours kWeek{7 * 24};
constexpr std::int64_t kHour = 3600;

/// A directory below /tmp, gone when the test ends; in it a state directory.
class Scratch {
 public:
  Scratch() {
    char name[] = "/tmp/toopher-test-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string at(const std::string& name = "") const { return path_ + "/state" + name; }
  [[nodiscard]] UniqueFd open() const {
    FileRules parents;
    parents.owner = ::getuid();
    parents.sticky_parents = true;
    return open_state_directory(at(), {::getuid(), ::getgid()}, parents);
  }
  [[nodiscard]] Store store() const { return {StateDirectory(open(), at()), kWeek, clock_}; }
  [[nodiscard]] Deadline soon() const { return Deadline::after(clock_, std::chrono::seconds(10)); }

  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(at("/" + name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(at("/" + name)) << text;
    assert_int_equal(::chmod(at("/" + name).c_str(), 0600), 0);
  }
  /// alice's set, changed.
  template <class Change>
  void edit(Change change) const {
    auto set = from_text(content("alice.codes"));
    assert_true(set.has_value());
    change(*set);
    write("alice.codes", to_text(*set));
  }

 private:
  std::string path_;
  SteadyClock clock_;
};

const std::string kAlice = "alice";

/// Made once: ten runs of scrypt take a while.
const NewCodes& made_codes() {
  static const NewCodes made = make_codes(kAlice, kPairing, 5);
  return made;
}

/// Gives `user` those codes, confirmed just now.
const std::vector<Secret>& give_codes(const Scratch& scratch, const std::string& user = kAlice) {
  CodeSet set = made_codes().set;
  set.user = user;
  set.confirmed = std::time(nullptr);
  const StateDirectory directory(scratch.open(), scratch.at());
  directory.replace(percent_encode(user) + ".codes", to_text(set));
  return made_codes().codes;
}

/// Digits that are no code of `codes`.
std::string wrong_code(const std::vector<Secret>& codes) {
  for (std::string code = "0000000000";; ++code.back()) {
    bool known = false;
    for (const Secret& one : codes) known = known || one.equals(code);
    if (!known) return code;
  }
}

std::string state_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const StateError& error) {
    return error.what();
  }
  return "";
}

FileError::Kind file_error_of(const Scratch& scratch) {
  try {
    (void)scratch.open();
  } catch (const FileError& error) {
    return error.kind();
  }
  fail_msg("the directory was accepted");
  return FileError::Kind::missing;
}

CodeSet example() {
  CodeSet set;
  set.user = "o'brien/../x@host";
  set.pairing_id = kPairing;
  set.confirmed = 1'700'000'000;
  set.wrong = 2;
  set.salt = std::string(16, '\xab');
  set.hashes = {std::string(32, '\1'), std::string(32, '\2')};
  return set;
}

void scrypt_is_that_of_the_rfc(void**) {
  const Secret derived = crypto::scrypt("password", "NaCl", {1024, 8, 16}, 64);
  // RFC 7914 section 12
  assert_same_text(derived.view().substr(0, 8), "\xfd\xba\xbe\x1c\x9d\x34\x72\x00");
}

void codes_are_ten_and_different(void**) {
  const NewCodes& made = made_codes();
  std::set<std::string> different;
  for (const Secret& code : made.codes) {
    assert_int_equal(code.size(), kCodeDigits);
    assert_true(code.view().find_first_not_of("0123456789") == std::string_view::npos);
    different.insert(std::string(code.view()));
  }
  assert_int_equal(different.size(), kCodes);
  assert_int_equal(made.set.hashes.size(), kCodes);
  assert_same_text(made.set.hashes[3], hash_code(made.codes[3].view(), made.set.salt));
  assert_int_equal(made.set.confirmed, 5);
}

void text_is_read_back(void**) {
  const CodeSet set = example();
  const auto read = from_text(to_text(set));
  assert_true(read.has_value());
  assert_same_text(read->user, set.user);
  assert_same_text(read->pairing_id, set.pairing_id);
  assert_true(read->confirmed == set.confirmed && read->wrong == set.wrong && read->salt == set.salt);
  assert_true(read->hashes == set.hashes);
}

void other_texts_are_refused(void**) {
  const std::string text = to_text(example());
  const auto with = [&text](const std::string& from, const std::string& to) {
    std::string changed = text;
    const auto place = changed.find(from);
    assert_true(place != std::string::npos);
    return changed.replace(place, from.size(), to);
  };
  const std::string code = text.substr(text.find("code "), 70);
  const std::string bad[] = {
      "",
      text.substr(0, text.size() - 1),
      text + "\n",
      text + "code 01\n",
      text + text,
      text + code + code + code + code + code + code + code + code + code,
      with("codes 1", "codes 2"),
      with("user o", "user  o"),
      with("user ", "User "),
      with("%27", "%zz"),
      with(kPairing, "somebody"),
      with("confirmed 1", "confirmed -1"),
      with("confirmed 1", "confirmed 01"),
      with("confirmed 1700000000", "confirmed 99999999999999999999"),
      with("wrong 2", "wrong 6"),
      with("wrong 2", "wrong 2 "),
      with("salt ab", "salt AB"),
      with("salt abab", "salt ab"),
      with("code 0101", "code 01"),
      with("wrong 2\n", ""),
      std::string("\0", 1) + text,
  };
  for (const std::string& one : bad)
    if (from_text(one)) fail_msg("accepted:\n%s", one.c_str());
}

void age_and_clock_decide(void**) {
  CodeSet set = example();
  const std::int64_t now = set.confirmed + 1000;
  const std::int64_t week = std::chrono::seconds(kWeek).count();
  assert_true(is_usable(set, now, kWeek));
  assert_true(is_usable(set, set.confirmed, kWeek));
  assert_true(is_usable(set, set.confirmed + week, kWeek));
  assert_false(is_usable(set, set.confirmed + week + 1, kWeek));
  assert_false(is_usable(set, set.confirmed - 1, kWeek));  // the clock was set back
  set.wrong = kMaxWrong - 1;
  assert_true(is_usable(set, now, kWeek));
  set.wrong = kMaxWrong;
  assert_false(is_usable(set, now, kWeek));
  set.wrong = 0;
  set.hashes.clear();
  assert_false(is_usable(set, now, kWeek));
}

void a_code_counts_once(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  const auto& codes = give_codes(scratch);
  assert_int_equal(store.left(kAlice), 10);
  for (std::size_t i = 0; i < 2; ++i) {
    const Spent spent = store.spend(kAlice, codes[i].view(), scratch.soon());
    assert_true(spent.verdict == Verdict::right);
    assert_int_equal(spent.left, 9 - i);
  }
  assert_true(store.spend(kAlice, codes[0].view(), scratch.soon()).verdict == Verdict::wrong);
  assert_int_equal(scratch.store().left(kAlice), 8);
  for (const Secret& code : codes)
    assert_true(scratch.content("alice.codes").find(code.view()) == std::string::npos);
}

void codes_of_one_are_not_those_of_another(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  const auto& codes = give_codes(scratch);
  assert_int_equal(store.left("bob"), 0);
  assert_true(store.spend("bob", codes[0].view(), scratch.soon()).verdict == Verdict::unusable);
  // A file that was copied counts for nobody else.
  std::filesystem::copy(scratch.at("/alice.codes"), scratch.at("/bob.codes"));
  assert_true(state_error_of([&] { (void)store.left("bob"); }).find("damaged") != std::string::npos);
}

void names_stay_in_the_directory(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  for (const std::string user : {"..", ".", "../../x", "a/b", "/etc/x", "%2e", "u\n"}) {
    give_codes(scratch, user);
    assert_int_equal(store.left(user), kCodes);
    store.remove(user, scratch.soon());
    assert_int_equal(store.left(user), 0);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.at() + "/.."))
    assert_true(entry.path().filename() == "state" || entry.is_regular_file());
  assert_false(
      state_error_of([&] { (void)store.make(std::string(300, 'x'), kPairing, scratch.soon()); }).empty());
}

void wrong_codes_lock_the_set(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  const auto& codes = give_codes(scratch);
  const std::string wrong = wrong_code(codes);
  for (unsigned i = 0; i < kMaxWrong; ++i)
    assert_true(scratch.store().spend(kAlice, wrong, scratch.soon()).verdict == Verdict::wrong);
  assert_int_equal(store.left(kAlice), 0);
  assert_true(store.spend(kAlice, codes[0].view(), scratch.soon()).verdict == Verdict::locked);
  store.confirm(kAlice, kOtherPairing, scratch.soon());
  assert_int_equal(store.left(kAlice), 0);
  store.confirm(kAlice, kPairing, scratch.soon());
  assert_int_equal(store.left(kAlice), 10);
  assert_true(store.spend(kAlice, codes[0].view(), scratch.soon()).verdict == Verdict::right);
}

void confirmation_ages(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  const auto& codes = give_codes(scratch);
  for (const std::int64_t age : {std::int64_t{8} * 24 * kHour, -kHour}) {
    scratch.edit([age](CodeSet& set) { set.confirmed = std::time(nullptr) - age; });
    assert_int_equal(store.left(kAlice), 0);
    assert_true(store.spend(kAlice, codes[0].view(), scratch.soon()).verdict == Verdict::unusable);
    store.confirm(kAlice, kPairing, scratch.soon());
    assert_int_equal(store.left(kAlice), 10);
  }
  // Not for each login.
  scratch.edit([](CodeSet& set) { set.confirmed = std::time(nullptr) - kHour / 2; });
  const std::string before = scratch.content("alice.codes");
  store.confirm(kAlice, kPairing, scratch.soon());
  assert_same_text(scratch.content("alice.codes"), before);
}

void removal_leaves_nothing(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  store.remove(kAlice, scratch.soon());
  store.confirm(kAlice, kPairing, scratch.soon());
  assert_true(std::filesystem::is_empty(scratch.at()));  // nobody's login leaves a file
  const auto& codes = give_codes(scratch);
  assert_same_text(store.pairing_of(kAlice), kPairing);
  store.remove(kAlice, scratch.soon());
  assert_same_text(store.pairing_of(kAlice), "");
  assert_true(store.spend(kAlice, codes[0].view(), scratch.soon()).verdict == Verdict::unusable);
  scratch.write("alice.codes", "damaged");
  store.remove(kAlice, scratch.soon());
  assert_int_equal(store.left(kAlice), 0);
}

void a_new_set_replaces_the_old(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  const auto& old = give_codes(scratch);
  const auto fresh = store.make(kAlice, kOtherPairing, scratch.soon());
  assert_true(store.spend(kAlice, old[0].view(), scratch.soon()).verdict == Verdict::wrong);
  assert_true(store.spend(kAlice, fresh[0].view(), scratch.soon()).verdict == Verdict::right);
}

void two_at_once_get_one_login(void**) {
  const Scratch scratch;
  const auto& codes = give_codes(scratch);
  constexpr int kRunners = 4;
  std::vector<pid_t> runners;
  for (int i = 0; i < kRunners; ++i) {
    runners.push_back(::fork());
    if (runners.back() != 0) continue;
    const Spent spent = scratch.store().spend(kAlice, codes[0].view(), scratch.soon());
    ::_exit(spent.verdict == Verdict::right ? 1 : 0);
  }
  int granted = 0;
  for (const pid_t runner : runners) {
    int status = -1;
    assert_int_equal(::waitpid(runner, &status, 0), runner);
    assert_true(WIFEXITED(status));
    granted += WEXITSTATUS(status);
  }
  assert_int_equal(granted, 1);
}

void a_lock_that_stays_denies(void**) {
  const Scratch scratch;
  const SteadyClock clock;
  const Store store = scratch.store();
  const auto& codes = give_codes(scratch);
  const UniqueFd held(::open(scratch.at("/alice.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  assert_int_equal(::flock(held.get(), LOCK_EX), 0);
  const auto try_it = [&] {
    (void)store.spend(kAlice, codes[0].view(), Deadline::after(clock, std::chrono::milliseconds(150)));
  };
  assert_true(state_error_of(try_it).find("locked") != std::string::npos);
  assert_int_equal(store.left(kAlice), 10);
}

void odd_files_are_refused(void**) {
  const Scratch scratch;
  const Store store = scratch.store();
  const auto& codes = give_codes(scratch);
  const std::string path = scratch.at("/alice.codes");
  const auto refused = [&] { return !state_error_of([&] { (void)store.left(kAlice); }).empty(); };
  assert_false(refused());
  assert_int_equal(::chmod(path.c_str(), 0640), 0);
  assert_true(refused());
  assert_int_equal(::chmod(path.c_str(), 0600), 0);
  std::filesystem::create_hard_link(path, scratch.at("/second"));
  assert_true(refused());
  std::filesystem::remove(scratch.at("/second"));
  std::filesystem::rename(path, scratch.at("/real"));
  std::filesystem::create_symlink(scratch.at("/real"), path);
  assert_true(refused());
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  assert_true(refused());
  std::filesystem::remove(path);
  assert_int_equal(::mkfifo(path.c_str(), 0600), 0);
  assert_true(refused());
  std::filesystem::remove(path);
  scratch.write("alice.codes", std::string(5000, 'x'));
  assert_true(refused());
  // A link in the place of the new file or of the lock leads nowhere.
  scratch.write("alice.codes", scratch.content("real"));
  std::filesystem::create_symlink("/tmp/toopher-test-never", scratch.at("/alice.codes.new"));
  assert_true(store.spend(kAlice, codes[0].view(), scratch.soon()).verdict == Verdict::right);
  std::filesystem::remove(scratch.at("/alice.lock"));
  std::filesystem::create_symlink("/tmp/toopher-test-never", scratch.at("/alice.lock"));
  assert_false(state_error_of([&] { (void)store.spend(kAlice, codes[1].view(), scratch.soon()); }).empty());
  assert_false(std::filesystem::exists("/tmp/toopher-test-never"));
}

void the_directory_is_checked(void**) {
  const Scratch scratch;
  (void)scratch.open();  // makes it
  struct stat status {};
  assert_int_equal(::stat(scratch.at().c_str(), &status), 0);
  assert_int_equal(status.st_mode & 07777, 0700);
  for (const mode_t mode : {0750U, 0701U, 0770U, 01700U}) {
    assert_int_equal(::chmod(scratch.at().c_str(), mode), 0);
    assert_true(file_error_of(scratch) == FileError::Kind::unsafe);
  }
  std::filesystem::remove(scratch.at());
  std::filesystem::create_directory(scratch.at("-real"));
  std::filesystem::create_symlink(scratch.at("-real"), scratch.at());
  assert_true(file_error_of(scratch) == FileError::Kind::unreadable);
  std::filesystem::remove(scratch.at());
  std::ofstream(scratch.at()) << "a file";
  assert_true(file_error_of(scratch) == FileError::Kind::unreadable);
  FileRules parents;
  parents.owner = ::getuid();
  parents.sticky_parents = true;
  std::filesystem::remove(scratch.at());
  (void)scratch.open();
  bool refused = false;
  try {
    (void)open_state_directory(scratch.at(), {::getuid() + 1, ::getgid()}, parents);
  } catch (const FileError&) {
    refused = true;
  }
  assert_true(refused);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(scrypt_is_that_of_the_rfc),
      cmocka_unit_test(codes_are_ten_and_different),
      cmocka_unit_test(text_is_read_back),
      cmocka_unit_test(other_texts_are_refused),
      cmocka_unit_test(age_and_clock_decide),
      cmocka_unit_test(a_code_counts_once),
      cmocka_unit_test(codes_of_one_are_not_those_of_another),
      cmocka_unit_test(names_stay_in_the_directory),
      cmocka_unit_test(wrong_codes_lock_the_set),
      cmocka_unit_test(confirmation_ages),
      cmocka_unit_test(removal_leaves_nothing),
      cmocka_unit_test(a_new_set_replaces_the_old),
      cmocka_unit_test(two_at_once_get_one_login),
      cmocka_unit_test(a_lock_that_stays_denies),
      cmocka_unit_test(odd_files_are_refused),
      cmocka_unit_test(the_directory_is_checked),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
