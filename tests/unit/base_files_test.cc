// SPDX-License-Identifier: Apache-2.0
// base/file and base/spawn, against the real kernel: files in a directory of their own, and this program as the child.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "base/file.h"
#include "base/spawn.h"
#include "with_cmocka.h"

using namespace toopher;

namespace {

constexpr uid_t kStranger = 61234;

/// A directory below /tmp, gone when the test ends.
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

  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string file(const std::string& name, mode_t mode,
                                 const std::string& content = "text") const {
    std::ofstream(at(name)) << content;
    assert_int_equal(::chmod(at(name).c_str(), mode), 0);
    return at(name);
  }

 private:
  std::string path_;
};

/// This user's files, below the sticky /tmp.
FileRules own_rules() {
  FileRules rules;
  rules.owner = ::getuid();
  rules.sticky_parents = true;
  return rules;
}

/// "ok", or the kind of error; every error names the path.
std::string verdict(const std::string& path, const FileRules& rules = own_rules()) {
  try {
    (void)read_checked(path, rules);
  } catch (const FileError& error) {
    assert_true(std::string(error.what()).find('/') != std::string::npos ||
                path.find('/') == std::string::npos);
    switch (error.kind()) {
      case FileError::Kind::missing:
        return "missing";
      case FileError::Kind::unreadable:
        return "unreadable";
      case FileError::Kind::unsafe:
        return "unsafe";
      case FileError::Kind::too_large:
        return "too large";
    }
  }
  return "ok";
}

void files_are_read_whole(void**) {
  const Scratch scratch;
  assert_same_text(read_checked(scratch.file("config", 0644, "[API]\n"), own_rules()).view(), "[API]\n");
  assert_true(read_checked(scratch.file("empty", 0600, ""), own_rules()).empty());
  assert_same_text(verdict(scratch.at("absent")), "missing");
  assert_same_text(verdict(scratch.at("absent/config")), "missing");
  assert_same_text(verdict(scratch.at("config") + "/x"), "unreadable");
}

void only_regular_files_are_read(void**) {
  const Scratch scratch;
  const std::string file = scratch.file("config", 0600);
  assert_int_equal(::symlink(file.c_str(), scratch.at("link").c_str()), 0);
  assert_same_text(verdict(scratch.at("link")), "unsafe");
  assert_int_equal(::mkfifo(scratch.at("fifo").c_str(), 0600), 0);
  assert_same_text(verdict(scratch.at("fifo")), "unsafe");
  assert_int_equal(::mkdir(scratch.at("directory").c_str(), 0700), 0);
  assert_same_text(verdict(scratch.at("directory")), "unsafe");
  assert_same_text(verdict("/dev/null"), "unsafe");
}

void relative_paths_are_refused(void**) {
  for (const char* path : {"", "config", "./config", "../etc/passwd"})
    assert_same_text(verdict(path), "unsafe");
}

void modes_are_checked(void**) {
  const Scratch scratch;
  for (const mode_t mode : {0600U, 0644U, 0444U, 0640U})
    assert_same_text(verdict(scratch.file("config", mode)), "ok");
  for (const mode_t mode : {0660U, 0602U, 0666U, 0620U})
    assert_same_text(verdict(scratch.file("config", mode)), "unsafe");

  FileRules secret = own_rules();
  secret.secret = true;
  assert_same_text(verdict(scratch.file("credentials", 0600), secret), "ok");
  for (const mode_t mode : {0640U, 0604U, 0644U, 0610U, 0601U})
    assert_same_text(verdict(scratch.file("credentials", mode), secret), "unsafe");
  secret.reader_group = ::getgid();
  assert_same_text(verdict(scratch.file("credentials", 0640), secret), "ok");
  assert_same_text(verdict(scratch.file("credentials", 0644), secret), "unsafe");
  assert_same_text(verdict(scratch.file("credentials", 0660), secret), "unsafe");
  secret.reader_group = ::getgid() + 1;
  assert_same_text(verdict(scratch.file("credentials", 0640), secret), "unsafe");
}

void owners_are_checked(void**) {
  const Scratch scratch;
  const std::string file = scratch.file("config", 0600);
  FileRules rules = own_rules();
  if (::getuid() == 0) {
    assert_int_equal(::chown(file.c_str(), kStranger, 0), 0);
  } else {
    rules.owner = kStranger;
  }
  assert_same_text(verdict(file, rules), "unsafe");
  // Root's files are believed, whoever else may own files.
  rules.owner = kStranger;
  assert_same_text(verdict("/etc/passwd", rules), "ok");
  if (::getuid() == 0) assert_same_text(verdict(file, rules), "ok");
}

void parents_are_checked(void**) {
  const Scratch scratch;
  assert_int_equal(::mkdir(scratch.at("open").c_str(), 0700), 0);
  assert_int_equal(::mkdir(scratch.at("open/inner").c_str(), 0700), 0);
  const std::string file = scratch.file("open/inner/config", 0600);
  assert_same_text(verdict(file), "ok");
  for (const mode_t mode : {0770U, 0702U, 01777U}) {
    assert_int_equal(::chmod(scratch.at("open").c_str(), mode), 0);
    // Sticky helps only where root owns the directory.
    assert_same_text(verdict(file), mode == 01777U && ::getuid() == 0 ? "ok" : "unsafe");
  }
  assert_int_equal(::chmod(scratch.at("open").c_str(), 0700), 0);
  FileRules strict = own_rules();
  strict.sticky_parents = false;  // and so /tmp is no place for it
  assert_same_text(verdict(file, strict), "unsafe");
}

/// A link among the parents is as safe as every directory that it leads through.
void parents_behind_links_are_checked(void**) {
  const Scratch scratch;
  for (const char* name : {"safe", "safe/inner", "open", "open/inner"})
    assert_int_equal(::mkdir(scratch.at(name).c_str(), 0700), 0);
  (void)scratch.file("safe/inner/config", 0600);
  (void)scratch.file("open/inner/config", 0600);
  assert_int_equal(::chmod(scratch.at("open").c_str(), 0777), 0);
  const auto link = [&](const std::string& target, const char* name) {
    assert_int_equal(::symlink(target.c_str(), scratch.at(name).c_str()), 0);
  };
  link(scratch.at("safe/inner"), "absolute");
  link("safe/../safe/./inner/", "relative");
  link("open/inner", "through-open");
  link(scratch.at("safe/inner"), "open/chosen");  // the link, not where it leads, lies where others may write
  link("open/chosen", "chained");
  link("loop", "loop");
  assert_same_text(verdict(scratch.at("absolute/config")), "ok");
  assert_same_text(verdict(scratch.at("relative/config")), "ok");
  assert_same_text(verdict(scratch.at("safe/inner/../inner//config")), "ok");
  assert_same_text(verdict(scratch.at("through-open/config")), "unsafe");
  assert_same_text(verdict(scratch.at("chained/config")), "unsafe");
  assert_same_text(verdict(scratch.at("open/../safe/inner/config")), "unsafe");
  assert_same_text(verdict(scratch.at("loop/config")), "unsafe");
  check_directory(scratch.at("absolute"), own_rules());
  for (const char* name : {"open", "through-open", "chained", "absent"}) {
    try {
      check_directory(scratch.at(name), own_rules());
      fail_msg("%s was believed", name);
    } catch (const FileError&) {
    }
  }
  if (::getuid() == 0) {
    assert_int_equal(::lchown(scratch.at("absolute").c_str(), kStranger, 0), 0);
    assert_same_text(verdict(scratch.at("absolute/config")), "unsafe");
  }
}

void long_files_are_refused(void**) {
  const Scratch scratch;
  FileRules rules = own_rules();
  rules.max_bytes = 8;
  assert_same_text(verdict(scratch.file("config", 0600, "12345678"), rules), "ok");
  assert_same_text(verdict(scratch.file("config", 0600, "123456789"), rules), "too large");
}

// --- this program as a child ---

/// Every open descriptor but the one that lists them.
std::set<int> open_descriptors() {
  std::set<int> open;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return open;
  while (const dirent* entry = ::readdir(directory))
    if (entry->d_name[0] != '.') open.insert(std::stoi(entry->d_name));
  open.erase(::dirfd(directory));
  ::closedir(directory);
  return open;
}

/// What the child finds, as one text.
std::string surroundings(int argc, char** argv) {
  std::string text = "arguments=" + std::to_string(argc) + " " + argv[0] + "\nenvironment=";
  for (char** variable = environ; *variable != nullptr; ++variable) text += std::string(*variable) + ";";
  text += "\ndescriptors=";
  for (const int fd : open_descriptors()) text += std::to_string(fd) + ";";
  sigset_t mask;
  ::sigprocmask(SIG_BLOCK, nullptr, &mask);
  text += std::string("\nblocked=") + (::sigismember(&mask, SIGTERM) == 1 ? "yes" : "no");
  struct sigaction action {};
  ::sigaction(SIGPIPE, nullptr, &action);
  text += std::string("\nignored=") + (action.sa_handler == SIG_IGN ? "yes" : "no");
  struct stat error {};
  struct stat null {};
  text += std::string("\nerrors=") +
          (::fstat(2, &error) == 0 && ::stat("/dev/null", &null) == 0 && error.st_rdev == null.st_rdev
               ? "/dev/null\n"
               : "elsewhere\n");
  return text;
}

int child(int argc, char** argv) {
  const std::string what = argv[1];
  if (what == "describe") {
    const std::string text = surroundings(argc, argv);
    return ::write(1, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
  }
  const pid_t pid = ::getpid();
  if (::write(1, &pid, sizeof pid) != sizeof pid) return 1;
  char byte = 0;
  while (::read(0, &byte, 1) > 0) {
  }
  if (what == "linger") std::ofstream(argv[2]) << "ended by itself";
  if (what == "stay")
    for (;;) ::pause();
  return 0;
}

Spawned spawn_self(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {}) {
  std::vector<std::string> all = {"a child of base_files_test"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return spawn_with_socket("/proc/self/exe", all, environment);
}

std::string read_to_end(int fd) {
  std::string text;
  char buffer[512];
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

pid_t read_pid(int fd) {
  pid_t pid = -1;
  assert_int_equal(::read(fd, &pid, sizeof pid), sizeof pid);
  return pid;
}

void no_child_is_left(pid_t pid) {
  assert_int_equal(::kill(pid, 0), -1);
  assert_int_equal(errno, ESRCH);
  assert_int_equal(::waitpid(-1, nullptr, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

void a_child_inherits_nothing(void**) {
  ::setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
  const UniqueFd left_open(::open("/dev/null", O_RDONLY));  // without CLOEXEC, as hosts do
  sigset_t term;
  sigset_t before;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, &before);
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  {
    Spawned spawned = spawn_self({"describe"});
    assert_same_text(read_to_end(spawned.socket.get()),
                     "arguments=2 a child of base_files_test\nenvironment=\ndescriptors=0;1;2;\nblocked=no\n"
                     "ignored=no\nerrors=/dev/null\n");
    Spawned second = spawn_self({"describe"}, {"LANG=C", "X=1"});
    assert_true(read_to_end(second.socket.get()).find("environment=LANG=C;X=1;\n") != std::string::npos);
  }
  (void)::signal(SIGPIPE, pipe_before);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ::unsetenv("SSLKEYLOGFILE");
  assert_int_equal(::waitpid(-1, nullptr, WNOHANG), -1);
}

void our_end_is_not_inherited_by_others(void**) {
  const Spawned spawned = spawn_self({"stay"});
  assert_true((::fcntl(spawned.socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

void a_host_with_closed_stdio_can_spawn(void**) {
  const UniqueFd input(::fcntl(0, F_DUPFD_CLOEXEC, 10));
  const UniqueFd output(::fcntl(1, F_DUPFD_CLOEXEC, 10));
  ::close(0);
  ::close(1);
  const std::string seen = [] {
    Spawned spawned = spawn_self({"describe"});
    return read_to_end(spawned.socket.get());
  }();
  if (input) ::dup2(input.get(), 0);
  if (output) ::dup2(output.get(), 1);
  assert_true(seen.find("descriptors=0;1;2;\n") != std::string::npos);
}

void stopping_kills_and_reaps(void**) {
  Spawned spawned = spawn_self({"stay"});
  const pid_t pid = read_pid(spawned.socket.get());
  assert_int_equal(::kill(pid, 0), 0);
  spawned.child.stop();
  no_child_is_left(pid);
  spawned.child.stop();

  pid_t other = -1;
  {
    const Spawned scoped = spawn_self({"stay"});
    other = read_pid(scoped.socket.get());
  }
  no_child_is_left(other);
}

void a_child_that_is_ending_gets_its_time(void**) {
  const Scratch scratch;
  Spawned spawned = spawn_self({"linger", scratch.at("mark")});
  const pid_t pid = read_pid(spawned.socket.get());
  spawned.socket.reset();
  spawned.child.stop(20000);
  no_child_is_left(pid);
  assert_true(std::filesystem::exists(scratch.at("mark")));
}

void signals_of_the_host_do_not_cut_its_time(void**) {
  struct sigaction noted {};
  struct sigaction before {};
  noted.sa_handler = [](int) {};
  assert_int_equal(::sigaction(SIGALRM, &noted, &before), 0);
  Spawned spawned = spawn_self({"stay"});
  const pid_t pid = read_pid(spawned.socket.get());
  const itimerval each_ten_ms{{0, 10'000}, {0, 10'000}};
  const itimerval off{};
  assert_int_equal(::setitimer(ITIMER_REAL, &each_ten_ms, nullptr), 0);
  const auto from = std::chrono::steady_clock::now();
  spawned.child.stop(200);
  const auto taken = std::chrono::steady_clock::now() - from;
  assert_int_equal(::setitimer(ITIMER_REAL, &off, nullptr), 0);
  assert_int_equal(::sigaction(SIGALRM, &before, nullptr), 0);
  no_child_is_left(pid);
  assert_true(taken >= std::chrono::milliseconds(200));
}

void a_child_that_stays_is_killed_after_its_time(void**) {
  Spawned spawned = spawn_self({"stay"});
  const pid_t pid = read_pid(spawned.socket.get());
  spawned.child.stop(10);
  no_child_is_left(pid);
}

void a_host_may_ignore_its_children(void**) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  Spawned spawned = spawn_self({"stay"});
  const pid_t pid = read_pid(spawned.socket.get());
  spawned.child.stop();
  (void)::signal(SIGCHLD, before);
  no_child_is_left(pid);
}

void a_missing_program_is_an_error(void**) {
  bool thrown = false;
  try {
    (void)spawn_with_socket("/nonexistent/toopher-helper", {"toopher-helper"});
  } catch (const std::system_error& error) {
    thrown = error.code().value() == ENOENT;
  }
  assert_true(thrown);
  assert_int_equal(::waitpid(-1, nullptr, WNOHANG), -1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) return child(argc, argv);
  const CMUnitTest tests[] = {
      cmocka_unit_test(files_are_read_whole),
      cmocka_unit_test(only_regular_files_are_read),
      cmocka_unit_test(relative_paths_are_refused),
      cmocka_unit_test(modes_are_checked),
      cmocka_unit_test(owners_are_checked),
      cmocka_unit_test(parents_are_checked),
      cmocka_unit_test(parents_behind_links_are_checked),
      cmocka_unit_test(long_files_are_refused),
      cmocka_unit_test(a_child_inherits_nothing),
      cmocka_unit_test(our_end_is_not_inherited_by_others),
      cmocka_unit_test(a_host_with_closed_stdio_can_spawn),
      cmocka_unit_test(stopping_kills_and_reaps),
      cmocka_unit_test(a_child_that_is_ending_gets_its_time),
      cmocka_unit_test(signals_of_the_host_do_not_cut_its_time),
      cmocka_unit_test(a_child_that_stays_is_killed_after_its_time),
      cmocka_unit_test(a_host_may_ignore_its_children),
      cmocka_unit_test(a_missing_program_is_an_error),
  };
  return cmocka_run_group_tests_name("base files", tests, nullptr, nullptr);
}
