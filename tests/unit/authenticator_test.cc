// SPDX-License-Identifier: Apache-2.0
// toopher-authenticator without a server: its state on disk, and what it shows.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "base/random.h"
#include "crypto/encoding.h"
#include "otp/otp.h"
#include "tools/device_state.h"
#include "tools/failure.h"
#include "tools/origin.h"
#include "tools/shown.h"
#include "tools/terminal.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::tools;

namespace {

constexpr const char* kRequestId = "0b16d487-8675-4ba9-a3c3-91b833333b2c";
constexpr const char* kPairingId = "6b2d4f7e-1c0a-4a58-9a3e-0f4a4f6f1d11";

/// A new directory below $TMPDIR, removed with what is in it.
class Scratch {
 public:
  Scratch() {
    const char* const base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/authenticator-test.XXXXXX";
    assert_non_null(::mkdtemp(path_.data()));
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    for (const char* file : {"/state/state.json", "/state/state.json.new", "/state/lock"})
      ::unlink((path_ + file).c_str());
    ::rmdir((path_ + "/state").c_str());
    ::rmdir(path_.c_str());
  }
  [[nodiscard]] std::string state() const { return path_ + "/state"; }

 private:
  std::string path_;
};

DeviceState some_state() {
  DeviceState state{Origin::parse("https://login.example.org"),
                    "/etc/ca.pem",
                    "caf\xC3\xA9",
                    random_uuid(),
                    crypto::PrivateKey::generate(),
                    crypto::PrivateKey::generate(),
                    {}};
  state.put({kPairingId, "alice", "Example", Secret("12345678901234567890"), 1000, true});
  return state;
}

std::string origin_of(std::string_view typed) {
  try {
    return Origin::parse(typed).text();
  } catch (const UsageError&) {
    return "refused";
  }
}

void origins_have_one_form(void**) {
  assert_same_text(origin_of("https://Login.Example.org:443/"), "https://login.example.org");
  assert_same_text(origin_of("login.example.org:8443"), "https://login.example.org:8443");
  assert_same_text(origin_of("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
  assert_same_text(origin_of("http://[::1]:80/"), "http://[::1]");
  for (const char* wrong :
       {"http://login.example.org", "http://127.0.0.1.example.org", "http://localhost.evil",
        "ftp://login.example.org", "https://a@login.example.org", "https://login.example.org/x",
        "https://login.example.org/?q", "https://login.example.org/#f", "", "https://"})
    assert_same_text(origin_of(wrong), "refused");
}

void state_comes_back_from_disk(void**) {
  const Scratch scratch;
  const StateDirectory directory(scratch.state());
  assert_false(directory.load().has_value());
  const DeviceState state = some_state();
  directory.save(state, directory.lock());
  const auto loaded = directory.load();
  assert_true(loaded.has_value());
  assert_same_text(to_json(*loaded).view(), to_json(state).view());
  assert_same_text(loaded->name, state.name);
  assert_true(loaded->pairings.at(0).seed.equals("12345678901234567890"));
  assert_same_text(otp::totp(loaded->pairings.at(0).seed, 59).view(), "287082");
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  assert_int_equal(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

void state_is_private_and_replaced_whole(void**) {
  const Scratch scratch;
  const StateDirectory directory(scratch.state());
  directory.save(some_state(), directory.lock());
  assert_int_equal(mode_of(scratch.state()), 0700);
  assert_int_equal(mode_of(scratch.state() + "/state.json"), 0600);
  // What a crash left behind is no obstacle, and no door.
  assert_int_equal(::symlink("/dev/full", (scratch.state() + "/state.json.new").c_str()), 0);
  directory.save(some_state(), directory.lock());
  assert_true(directory.load().has_value());
  assert_int_not_equal(::access((scratch.state() + "/state.json.new").c_str(), F_OK), 0);
}

bool loads(const StateDirectory& directory) {
  try {
    return directory.load().has_value();
  } catch (const Failure&) {
    return false;
  }
}

void open_or_damaged_state_is_refused(void**) {
  const Scratch scratch;
  const StateDirectory directory(scratch.state());
  directory.save(some_state(), directory.lock());
  const std::string file = scratch.state() + "/state.json";
  assert_true(loads(directory));
  assert_int_equal(::chmod(file.c_str(), 0640), 0);
  assert_false(loads(directory));
  assert_int_equal(::chmod(file.c_str(), 0600), 0);
  assert_int_equal(::chmod(scratch.state().c_str(), 0755), 0);
  assert_false(loads(directory));
  assert_int_equal(::chmod(scratch.state().c_str(), 0700), 0);
  assert_true(loads(directory));
  assert_int_equal(::truncate(file.c_str(), 100), 0);
  assert_false(loads(directory));
}

void wrong_values_in_a_state_are_refused(void**) {
  const std::string good(to_json(some_state()).view());
  (void)state_from_json(good);
  for (const auto& [from, to] : {std::pair<const char*, const char*>{"\"format\":1", "\"format\":2"},
                                 {"https://", "http://"},
                                 {"\"seed\":\"MTIz", "\"seed\":\"MT=z"},
                                 {"\"seed\":\"MTIz", "\"seed\":\""},
                                 {"\"signing_key\":\"", "\"signing_key\":\"AAAA"},
                                 {"\"pairings\":[", "\"pairings\":[7,"}}) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    assert_true(at != std::string::npos);
    bad.replace(at, std::string_view(from).size(), to);
    bool refused = false;
    try {
      (void)state_from_json(bad);
    } catch (const std::exception&) {
      refused = true;
    }
    if (!refused) fail_msg("accepted: %s", to);
  }
}

PendingRequest some_request(const std::string& extra = {}) {
  return {kRequestId, kPairingId,
          std::string(R"({"id":")") + kRequestId + R"(","pairing_id":")" + kPairingId +
              R"(","requester":"Example","user":"alice\u001b[2J","terminal":"web1","action":"log in",)" +
              R"("metadata":{"rhost":"192.0.2.7","command":"/bin/ls\n  user       root","unknown":"x"},)" +
              R"("metadata_verified":true,"created":1,"expires":100)" + extra + "}",
          0};
}

void a_request_is_shown_as_text(void**) {
  assert_same_text(render(read_shown(some_request()), 42, 0),
                   "  user       alice\\x1b[2J\n"
                   "  terminal   web1\n"
                   "  action     log in\n"
                   "  command    /bin/ls\\x0a  user       root\n"
                   "  from       192.0.2.7\n"
                   "  asked by   Example\n"
                   "  time left  42 s\n");
  const std::string careful = render(read_shown(some_request()), -3, 2);
  assert_non_null(std::strstr(careful.c_str(), "time left  0 s\n"));
  assert_non_null(std::strstr(careful.c_str(), "CAREFUL: 2 more"));
}

void a_long_command_hides_neither_end(void**) {
  PendingRequest request = some_request();
  const std::string command = "/bin/ls";
  request.shown.replace(request.shown.find(command), command.size(),
                        "/bin/ls " + std::string(5000, 'x') + " ; evil");
  const std::string text = render(read_shown(request), 1, 0);
  assert_true(text.size() < 2000);
  assert_non_null(std::strstr(text.c_str(), "command    /bin/ls xxx"));
  assert_non_null(std::strstr(text.c_str(), "characters left out"));
  assert_non_null(std::strstr(text.c_str(), "; evil"));
}

void what_the_command_would_change_is_shown(void**) {
  PendingRequest request = some_request();
  const std::string member = R"("unknown":"x")";
  request.shown.replace(request.shown.find(member), member.size(),
                        R"("directory":"/srv","target":"root","tty":"pts")");
  assert_non_null(std::strstr(render(read_shown(request), 1, 0).c_str(),
                              "  as user    root\n"
                              "  command    /bin/ls\\x0a  user       root\n"
                              "  directory  /srv\n"
                              "  from       192.0.2.7\n"));
}

void details_nobody_vouches_for_are_marked(void**) {
  PendingRequest request = some_request();
  const std::string verified = R"("metadata_verified":true)";
  request.shown.replace(request.shown.find(verified), verified.size(), R"("metadata_verified":false)");
  assert_non_null(std::strstr(render(read_shown(request), 1, 0).c_str(), "not verified by the system"));
}

/// Neither its place among other lines nor whatever text a requester puts around it hides what an approval is for.
void what_adds_a_factor_is_said_last(void**) {
  const std::string login = R"("action":"log in")";
  for (const char* action :
       {"pair another phone", "make new recovery codes", "make offline codes for web1"}) {
    PendingRequest request = some_request();
    request.others_pending = 1;
    request.shown.replace(request.shown.find(login), login.size(),
                          std::string(R"("action":")") + action + R"(")");
    const std::string text = render(read_shown(request), 1, request.others_pending);
    const auto last = text.rfind("CAREFUL: this is no login");
    assert_true(last != std::string::npos && last > text.find("more request(s)"));
    assert_non_null(std::strstr(text.c_str() + last, action));
  }
  assert_null(std::strstr(render(read_shown(some_request()), 1, 0).c_str(), "CAREFUL"));
}

bool readable(const PendingRequest& request) {
  try {
    (void)read_shown(request);
    return true;
  } catch (const Failure&) {
    return false;
  }
}

void what_is_shown_must_be_what_is_answered(void**) {
  assert_true(readable(some_request()));
  assert_int_equal(read_shown(some_request(R"(,"number_digits":2)")).number_digits, 2);
  assert_false(readable(some_request(R"(,"number_digits":-1)")));
  assert_false(readable(some_request(R"(,"number_digits":"2")")));
  assert_false(readable(some_request(R"(,"user":"bob")")));
  PendingRequest other = some_request();
  other.id = kPairingId;
  assert_false(readable(other));
  other = some_request();
  other.pairing_id = kRequestId;
  assert_false(readable(other));
  other = some_request();
  other.shown = "<html>";
  assert_false(readable(other));
}

void a_pairing_needs_a_key_on_the_curve(void**) {
  const auto shown = [](const std::string& key) {
    return PendingPairing{kPairingId, std::string(R"({"id":")") + kPairingId +
                                          R"(","requester":"Example","user":"alice","server_key":")" + key +
                                          "\"}"};
  };
  const std::string point = crypto::PrivateKey::generate().public_point();
  assert_same_text(read_shown(shown(crypto::base64url_encode(point))).server_key.point(), point);
  std::string off_curve = point;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  for (const std::string& wrong : {crypto::base64url_encode(off_curve), std::string("AAAA"), std::string()}) {
    bool refused = false;
    try {
      (void)read_shown(shown(wrong));
    } catch (const Failure&) {
      refused = true;
    }
    assert_true(refused);
  }
}

void answers_are_read_as_typed(void**) {
  assert_true(yes_or_no("y") == true && yes_or_no("YES") == true);
  assert_true(yes_or_no("") == false && yes_or_no("n") == false && yes_or_no("No") == false);
  assert_false(yes_or_no("yep").has_value() || yes_or_no("1").has_value() || yes_or_no("!").has_value());
}

}  // namespace

int main() {
  wipe_json_memory();
  const CMUnitTest tests[] = {
      cmocka_unit_test(origins_have_one_form),
      cmocka_unit_test(state_comes_back_from_disk),
      cmocka_unit_test(state_is_private_and_replaced_whole),
      cmocka_unit_test(open_or_damaged_state_is_refused),
      cmocka_unit_test(wrong_values_in_a_state_are_refused),
      cmocka_unit_test(a_request_is_shown_as_text),
      cmocka_unit_test(a_long_command_hides_neither_end),
      cmocka_unit_test(what_adds_a_factor_is_said_last),
      cmocka_unit_test(what_the_command_would_change_is_shown),
      cmocka_unit_test(details_nobody_vouches_for_are_marked),
      cmocka_unit_test(what_is_shown_must_be_what_is_answered),
      cmocka_unit_test(a_pairing_needs_a_key_on_the_curve),
      cmocka_unit_test(answers_are_read_as_typed),
  };
  return cmocka_run_group_tests_name("authenticator", tests, nullptr, nullptr);
}
