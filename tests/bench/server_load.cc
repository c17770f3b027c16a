// SPDX-License-Identifier: Apache-2.0
// Logs the people of the pool in, as toopher-helper does, over many keep-alive connections, and prints what was answered:
//   server_load SCENARIO PORT PID CREDENTIALS FIRST COUNT CONNECTIONS [KEY]
// SCENARIO: push, code, wrong-code, poll, login (with KEY, the phones' private key), or raw (CREDENTIALS is the request).
// People FIRST to FIRST+COUNT-1 take part, one request each. All but `login` are signed before the clock starts.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "api/json.h"
#include "base/random.h"
#include "bench/load_client.h"
#include "bench/pool.h"
#include "config/credentials.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "device/call_signature.h"
#include "device/decision.h"
#include "oauth/signature.h"
#include "otp/otp.h"

namespace toopher::bench {

namespace {

using oauth::Parameters;

/// Requests of the host.
class Host {
 public:
  Host(std::uint16_t port, oauth::Credentials credentials)
      : authority_("127.0.0.1:" + std::to_string(port)), credentials_(std::move(credentials)) {}

  [[nodiscard]] std::string origin() const { return "http://" + authority_; }

  [[nodiscard]] std::string post(const std::string& path, const Parameters& parameters) const {
    const std::string body = oauth::to_form(parameters);
    return head("POST", path, authorization("POST", path, parameters)) +
           "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  [[nodiscard]] std::string get(const std::string& path) const {
    return head("GET", path, authorization("GET", path, {})) + "\r\n";
  }
  [[nodiscard]] std::string head(const char* method, const std::string& target,
                                 const std::string& authorization) const {
    return std::string(method) + " " + target + " HTTP/1.1\r\nHost: " + authority_ +
           "\r\nUser-Agent: server_load\r\nAccept: */*\r\nAuthorization: " + authorization + "\r\n";
  }

 private:
  [[nodiscard]] std::string authorization(const char* method, const std::string& path,
                                          const Parameters& parameters) const {
    return oauth::authorization_header(credentials_, method, origin() + path, parameters,
                                       hex_encode(random_bytes(16).view()), std::time(nullptr));
  }

  std::string authority_;
  oauth::Credentials credentials_;
};

const std::string kRequests = "/v1/authentication_requests/";

/// What toopher-helper sends.
Parameters login_of(std::size_t person) {
  return {{"user_name", user_name(person)},
          {"action_name", kAction},
          {"terminal_name", kTerminal},
          {"terminal_name_extra", kTerminalExtra},
          {"automation_allowed", "true"},
          {"requester_metadata",
           R"({"host":"workstation.example.org","service":"sshd","rhost":"192.0.2.17","tty":"ssh"})"},
          {"client_request_id", time_ordered_uuid()}};
}

/// With a ttl that lasts for the whole run.
std::string push_of(const Host& host, std::size_t person) {
  Parameters parameters = login_of(person);
  parameters.push_back({"ttl", "300"});
  return host.post(kRequests + "initiate", parameters);
}

std::string code_of(const Host& host, std::size_t person, const std::string& code) {
  Parameters parameters = login_of(person);
  parameters.push_back({"otp", code});
  return host.post(kRequests + "initiate", parameters);
}

std::string good_code(std::size_t person) {
  return std::string(otp::totp(seed_of(person), std::time(nullptr)).view());
}

std::string wrong_code(std::size_t person) {
  for (std::string code = "000000";; ++code.back()) {
    if (!otp::matching_step(seed_of(person), code, std::time(nullptr), 2)) return code;
  }
}

/// Requests known beforehand, each sent once by whichever connection is free.
class Prepared final : public Script {
 public:
  Prepared(std::vector<std::string> requests, std::string expected)
      : requests_(std::move(requests)), expected_(std::move(expected)) {}

  std::optional<std::string_view> next(std::size_t, const Reply* reply) override {
    if (reply != nullptr) take(*reply);
    if (sent_ == requests_.size()) return std::nullopt;
    return requests_[sent_++];
  }
  [[nodiscard]] std::size_t good() const { return good_; }
  [[nodiscard]] const std::string& unexpected() const { return unexpected_; }
  /// Called with the body of each good reply.
  std::function<void(std::string_view)> with_body;

 private:
  void take(const Reply& reply) {
    if (reply.status / 100 != 2 || reply.body.find(expected_) == std::string_view::npos) {
      if (unexpected_.empty()) unexpected_ = std::to_string(reply.status) + " " + std::string(reply.body);
      return;
    }
    ++good_;
    if (with_body) with_body(reply.body);
  }

  std::vector<std::string> requests_;
  std::string expected_;
  std::size_t sent_ = 0;
  std::size_t good_ = 0;
  std::string unexpected_;
};

/// Whole logins: the host asks, the phone fetches, the person allows, the host hears of it.
class Logins final : public Script {
 public:
  Logins(const Host& host, const crypto::PrivateKey& key, std::size_t first, std::size_t count)
      : host_(host), key_(key), next_(first), end_(first + count) {}

  std::optional<std::string_view> next(std::size_t connection, const Reply* reply) override {
    Login& login = logins_[connection];
    if (reply != nullptr && reply->status != 200 && unexpected_.empty())
      unexpected_ = std::to_string(reply->status) + " " + std::string(reply->body);
    if (reply != nullptr && reply->status == 200) {
      const api::Json answer = api::parse_object(reply->body);
      if (login.step == 1) login.id = api::required_string(answer.get(), "id");
      if (login.step == 2) login.shown = shown_of(answer);
      if (login.step == 4 && api::required_bool(answer.get(), "granted")) ++good_;
    }
    if (login.step == 4) login = {};
    if (login.step == 0 && next_ == end_) return std::nullopt;
    login.text = text_of(login);
    return login.text;
  }
  [[nodiscard]] std::size_t good() const { return good_; }
  [[nodiscard]] const std::string& unexpected() const { return unexpected_; }

 private:
  struct Login {
    int step = 0;
    std::size_t person = 0;
    std::string id, shown, text;
  };

  static std::string shown_of(const api::Json& pending) {
    const json_t* list = json_object_get(pending.get(), "requests");
    return api::required_string(json_array_get(list, json_array_size(list) - 1), "shown");
  }

  std::string text_of(Login& login) {
    switch (login.step++) {
      case 0:
        login.person = next_++;
        return push_of(host_, login.person);
      case 1:
        return by_phone(login, "GET", "/authenticator/v1/pending?wait=0", "");
      case 2:
        return by_phone(login, "POST", "/authenticator/v1/requests/" + login.id + "/decision",
                        R"({"choice":"allow","number":"","signature":")" + decision(login) + "\"}");
      default:
        return host_.get(kRequests + login.id);
    }
  }
  [[nodiscard]] std::string decision(const Login& login) const {
    return crypto::base64url_encode(key_.sign(device::decision_bytes(
        host_.origin(), pairing_id(login.person), login.shown, device::Choice::allow, "")));
  }
  [[nodiscard]] std::string by_phone(const Login& login, const char* method, const std::string& target,
                                     const std::string& body) const {
    const std::string authorization = device::authorize_call(
        {method, target, body}, host_.origin(), device_id(login.person), std::time(nullptr), key_);
    return host_.head(method, target, authorization) +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  const Host& host_;
  const crypto::PrivateKey& key_;
  std::size_t next_;
  std::size_t end_;
  std::map<std::size_t, Login> logins_;
  std::size_t good_ = 0;
  std::string unexpected_;
};

struct Run {
  std::uint16_t port;
  pid_t server;
  std::size_t first, count, connections;
};

template <typename Played>
void report(const Run& run, Played& script) {
  const Load load = run_load(script, run.port, run.connections, run.server);
  (void)std::printf("{\"replies\": %zu, \"good\": %zu, \"wall\": %.4f, \"cpu\": %.4f}\n", load.replies,
                    script.good(), load.wall, load.cpu);
  if (!script.unexpected().empty())
    (void)std::fprintf(stderr, "server_load: an answer that was not expected: %s\n",
                       script.unexpected().c_str());
}

std::vector<std::string> for_everybody(const Run& run,
                                       const std::function<std::string(std::size_t)>& request) {
  std::vector<std::string> requests;
  for (std::size_t person = run.first; person < run.first + run.count; ++person)
    requests.push_back(request(person));
  return requests;
}

void polls(const Run& run, const Host& host) {
  std::vector<std::string> requests;
  Prepared pushes(for_everybody(run, [&](std::size_t person) { return push_of(host, person); }),
                  "\"pending\":true");
  pushes.with_body = [&](std::string_view body) {
    const api::Json answer = api::parse_object(body);
    requests.push_back(host.get(kRequests + api::required_string(answer.get(), "id")));
  };
  (void)run_load(pushes, run.port, run.connections, run.server);
  Prepared script(std::move(requests), "\"pending\":true");
  report(run, script);
}

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(std::string(path) + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void play(const std::string& scenario, const Run& run, const char* credentials_file, const char* key_file) {
  if (scenario == "raw") {
    const std::string request = read_file(credentials_file);
    Prepared script(std::vector<std::string>(run.count, request), "");
    return report(run, script);
  }
  config::RequesterCredentials read =
      config::parse_credentials(read_file(credentials_file), credentials_file);
  const Host host(run.port, {read.key, std::move(read.secret)});
  if (scenario == "poll") return polls(run, host);
  if (scenario == "login") {
    const auto key = crypto::PrivateKey::from_pkcs8(read_file(key_file));
    if (!key) throw std::runtime_error("the phones' key is damaged");
    Logins script(host, *key, run.first, run.count);
    return report(run, script);
  }
  std::function<std::string(std::size_t)> request = [&](std::size_t i) { return push_of(host, i); };
  std::string expected = "\"pending\":true";
  if (scenario == "code") {
    request = [&](std::size_t i) { return code_of(host, i, good_code(i)); };
    expected = "\"granted\":true";
  } else if (scenario == "wrong-code") {
    request = [&](std::size_t i) { return code_of(host, i, wrong_code(i)); };
    expected = "\"reason_code\":";
  } else if (scenario != "push") {
    throw std::runtime_error("no such scenario: " + scenario);
  }
  Prepared script(for_everybody(run, request), expected);
  report(run, script);
}

}  // namespace

}  // namespace toopher::bench

int main(int argc, char** argv) try {
  if (argc < 8) {
    (void)std::fprintf(stderr,
                       "usage: server_load SCENARIO PORT PID CREDENTIALS FIRST COUNT CONNECTIONS [KEY]\n");
    return 2;
  }
  const auto number = [argv](int i) { return std::strtoul(argv[i], nullptr, 10); };
  toopher::bench::play(
      argv[1],
      {static_cast<std::uint16_t>(number(2)), static_cast<pid_t>(number(3)), number(5), number(6), number(7)},
      argv[4], argc > 8 ? argv[8] : "");
  return 0;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "server_load: %s\n", error.what());
  return 1;
}
