// SPDX-License-Identifier: Apache-2.0
// Parks logins on a toopherd whose database server_pool filled, and releases them. Prints one JSON object: bytes of the
// server's heap for each further parked login, its resident memory in each cycle, and how long a decision takes to reach who
// waits.
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "api/json.h"
#include "base/random.h"
#include "base/unique_fd.h"
#include "bench/parked_client.h"
#include "bench/pool.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "device/call_signature.h"
#include "device/decision.h"
#include "oauth/signature.h"

namespace toopher::bench {

namespace {

constexpr std::size_t kOfAddress = 1000;  // parked connections of one source address
constexpr std::size_t kControls = 64;     // connections for everything else
constexpr std::size_t kUnready = 32;      // connections in the making at a time
constexpr const char* kRequests = "/v1/authentication_requests/";

struct Options {
  std::uint16_t port = 0;
  std::string process;
  std::string credentials;
  std::string key;
  std::size_t count = 0;
  std::size_t cycles = 0;
  bool tls = false;
  std::size_t decisions = 0;
  std::string database;
  std::string heap_meter;  ///< its socket, or "-"
};

std::string content_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file + " cannot be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

oauth::Credentials credentials_of(const std::string& file) {
  oauth::Credentials credentials;
  std::istringstream lines(content_of(file));
  for (std::string name, equals, value; lines >> name >> equals >> value;) {
    if (name == "key") credentials.consumer_key = value;
    if (name == "secret") credentials.consumer_secret = Secret(value);
  }
  return credentials;
}

crypto::PrivateKey key_of(const std::string& file) {
  auto key = crypto::PrivateKey::from_pkcs8(content_of(file));
  if (!key) throw std::runtime_error(file + " is no key");
  return std::move(*key);
}

/// The bytes of a database's pages: the server keeps those that calls came by, up to a limit, so that its memory grows with them.
std::size_t database_bytes(const std::string& file) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, sqlite3_close);
  std::size_t bytes = 0;
  const auto take = [](void* sum, int, char** values, char**) {
    *static_cast<std::size_t*>(sum) = std::strtoul(values[0], nullptr, 10);
    return 0;
  };
  constexpr const char* kQuery = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
  if (status != SQLITE_OK || sqlite3_exec(opened, kQuery, take, &bytes, nullptr) != SQLITE_OK)
    throw std::runtime_error(file + " cannot be read");
  return bytes;
}

/// The second field of /proc/PID/statm is in pages (proc(5)).
std::size_t resident_bytes(const std::string& process) {
  constexpr std::size_t kPage = 4096;
  std::istringstream fields(content_of("/proc/" + process + "/statm"));
  std::size_t all = 0;
  std::size_t resident = 0;
  fields >> all >> resident;
  return resident * kPage;
}

/// What a heap_meter in the server says now.
std::size_t ask_heap_meter(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{AF_UNIX, {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::array<char, 32> text{};
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::recv(fd.get(), text.data(), text.size() - 1, 0) <= 0)
    throw std::runtime_error(path + " gives no answer; was the server started with heap_meter.so?");
  return std::strtoul(text.data(), nullptr, 10);
}

/// Bytes of a server's heap when it has finished what it did, for which nothing else is a sign: the same for a while.
std::size_t heap_bytes(const std::string& meter) {
  constexpr int kAWhile = 10;
  constexpr auto kStep = std::chrono::milliseconds(20);
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  std::size_t bytes = ask_heap_meter(meter);
  for (int same = 0; same < kAWhile; ++same) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("the server's heap does not come to rest");
    std::this_thread::sleep_for(kStep);
    const std::size_t seen = ask_heap_meter(meter);
    if (seen != bytes) same = 0;
    bytes = seen;
  }
  return bytes;
}

void require(const Answer& answer, const char* what) {
  if (answer.status != 200)
    throw std::runtime_error(std::string(what) + " was answered " + std::to_string(answer.status) + " " +
                             answer.body);
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        origin_((options.tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(options.port)),
        credentials_(credentials_of(options.credentials)),
        key_(key_of(options.key)),
        client_(options.port, options.tls) {
    for (std::size_t i = 0; i < kControls; ++i) controls_.push_back(client_.open(0));
  }

  void run() {
    std::string cycles;
    std::string pages;
    for (std::size_t cycle = 0; cycle < options_.cycles; ++cycle) {
      const Cycle seen = one_cycle(cycle);
      cycles += (cycle == 0 ? "" : ",") + std::to_string(seen.parked);
      pages += (cycle == 0 ? "" : ",") + std::to_string(seen.database);
    }
    std::sort(latencies_.begin(), latencies_.end());
    (void)std::printf(R"({"parked":%zu,"bytes":%zu,"cycles":[%s],"database":[%s],"p50":%.3f,"p99":%.3f})"
                      "\n",
                      options_.count, per_login_, cycles.c_str(), pages.c_str(), latency(0.5), latency(0.99));
  }

 private:
  struct Cycle {
    std::size_t parked;
    std::size_t database;
  };

  Cycle one_cycle(std::size_t cycle) {
    constexpr std::size_t kOfPerson = 3;  // a user's withdrawn pushes are limited
    first_ = cycle / kOfPerson * options_.count;
    initiate();
    released_ = 0;
    released_at_.assign(options_.count, {});
    const std::size_t a_quarter = options_.count / 4;
    park(0, a_quarter);
    const std::size_t heap = metered() ? heap_bytes(options_.heap_meter) : 0;
    park(a_quarter, options_.count);
    if (metered()) per_login_ = (heap_bytes(options_.heap_meter) - heap) / (options_.count - a_quarter);
    const Cycle seen{resident_bytes(options_.process), database_bytes(options_.database)};
    for (std::size_t i = 0; cycle == 0 && i < options_.decisions; ++i)
      decide(i * options_.count / options_.decisions);
    cancel();
    client_.run_until([this] { return released_ == options_.count; });
    for (const auto line : lines_) client_.close(line);
    lines_.clear();
    wait_for_gauge("toopherd_connections", kControls);
    return seen;
  }

  std::string call(const std::string& method, const std::string& path, const oauth::Parameters& parameters) {
    const std::string form = oauth::to_form(parameters);
    const bool post = method == "POST";
    std::string text = method + " " + path + (post || form.empty() ? "" : "?" + form) +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                       "\r\nAuthorization: " +
                       oauth::authorization_header(credentials_, method, origin_ + path, parameters,
                                                   std::to_string(++nonce_) + "-bench", std::time(nullptr)) +
                       "\r\n";
    if (post) {
      text += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
              std::to_string(form.size()) + "\r\n\r\n" + form;
    } else {
      text += "\r\n";
    }
    return text;
  }

  std::string device_call(const std::string& method, const std::string& target, std::size_t person,
                          const std::string& body) {
    return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
           "\r\nAuthorization: " +
           device::authorize_call({method, target, body}, origin_, device_id(person), std::time(nullptr),
                                  key_) +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  /// One call for each parked login, over all controls at once.
  void for_each_login(const std::function<std::string(std::size_t)>& request,
                      const std::function<void(std::size_t, const Answer&)>& answered) {
    std::size_t next = 0;
    std::size_t done = 0;
    const std::function<void(ParkedClient::Line)> go_on = [&](ParkedClient::Line line) {
      if (next == options_.count) return;
      const std::size_t i = next++;
      client_.ask(line, request(i), [&, i, line](const Answer& answer) {
        answered(i, answer);
        ++done;
        go_on(line);
      });
    };
    for (const auto line : controls_) go_on(line);
    client_.run_until([&] { return done == options_.count; });
  }

  void initiate() {
    ids_.assign(options_.count, {});
    for_each_login(
        [this](std::size_t i) {
          return call("POST", std::string(kRequests) + "initiate",
                      {{"user_name", user_name(first_ + i)}, {"terminal_name", kTerminal}, {"ttl", "300"}});
        },
        [this](std::size_t i, const Answer& answer) {
          require(answer, "initiate");
          ids_[i] = api::required_string(api::parse_object(answer.body).get(), "id");
        });
  }

  [[nodiscard]] bool metered() const { return options_.heap_meter != "-"; }

  void park(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      lines_.push_back(client_.open(1 + i / kOfAddress));
      client_.ask(lines_.back(), call("GET", kRequests + ids_[i], {{"wait", "60"}}),
                  [this, i](const Answer& answer) {
                    require(answer, "a parked poll");
                    if (answer.body.find("\"pending\":false") == std::string::npos)
                      throw std::runtime_error("a poll was released too early");
                    released_at_[i] = answer.at;
                    ++released_;
                  });
      client_.run_until([this] { return client_.unsent() < kUnready; });
    }
    client_.run_until([this] { return client_.unsent() == 0; });
    wait_for_gauge("toopherd_parked_polls", to);
  }

  void cancel() {
    for_each_login([this](std::size_t i) { return call("POST", kRequests + ids_[i] + "/cancel", {}); },
                   [](std::size_t, const Answer& answer) { require(answer, "cancel"); });
  }

  std::string ask_control(std::string request) {
    std::optional<Answer> got;
    client_.ask(controls_.front(), std::move(request), [&got](const Answer& answer) { got = answer; });
    client_.run_until([&got] { return got.has_value(); });
    require(*got, "a call");
    return got->body;
  }

  void decide(std::size_t i) {
    const std::size_t person = first_ + i;
    const api::Json listed =
        api::parse_object(ask_control(device_call("GET", "/authenticator/v1/pending", person, "")));
    const json_t* entry = json_array_get(json_object_get(listed.get(), "requests"), 0);
    const std::string shown = api::required_string(entry, "shown");
    const std::string signature =
        key_.sign(device::decision_bytes(origin_, pairing_id(person), shown, device::Choice::allow, ""));
    const std::string body =
        R"({"choice":"allow","signature":")" + crypto::base64url_encode(signature) + "\"}";
    std::string request =
        device_call("POST", "/authenticator/v1/requests/" + ids_[i] + "/decision", person, body);
    const auto begin = std::chrono::steady_clock::now();
    (void)ask_control(std::move(request));
    client_.run_until([this, i] { return released_at_[i].time_since_epoch().count() != 0; });
    latencies_.push_back(std::chrono::duration<double, std::milli>(released_at_[i] - begin).count());
  }

  void wait_for_gauge(const std::string& name, std::size_t wanted) {
    const std::string line = "\n" + name + " " + std::to_string(wanted) + "\n";
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (ask_control(request).find(line) == std::string::npos) {
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error(name + " did not become " + std::to_string(wanted));
    }
  }

  [[nodiscard]] double latency(double part) const {
    if (latencies_.empty()) return 0;
    return latencies_[std::min(latencies_.size() - 1,
                               static_cast<std::size_t>(part * static_cast<double>(latencies_.size())))];
  }

  Options options_;
  std::string origin_;
  oauth::Credentials credentials_;
  crypto::PrivateKey key_;
  ParkedClient client_;
  std::vector<ParkedClient::Line> controls_;
  std::vector<ParkedClient::Line> lines_;
  std::vector<std::string> ids_;
  std::vector<std::chrono::steady_clock::time_point> released_at_;
  std::vector<double> latencies_;
  std::size_t first_ = 0;
  std::size_t released_ = 0;
  std::size_t per_login_ = 0;  ///< in the last cycle: what is kept between calls is there by then
  std::size_t nonce_ = 0;
};

}  // namespace

}  // namespace toopher::bench

int main(int argc, char** argv) try {
  if (argc != 11) {
    (void)std::fprintf(
        stderr,
        "usage: parked_polls PORT PID CREDENTIALS KEY COUNT CYCLES plain|tls DECISIONS DATABASE METER\n"
        "KEY: of the phones, as server_pool wrote it; it made COUNT people for each three cycles\n"
        "METER: socket of the server's heap_meter.so, or -\n");
    return 2;
  }
  const auto number = [](const char* text) { return std::strtoul(text, nullptr, 10); };
  toopher::bench::Bench({static_cast<std::uint16_t>(number(argv[1])), argv[2], argv[3], argv[4],
                         number(argv[5]), number(argv[6]), std::string(argv[7]) == "tls", number(argv[8]),
                         argv[9], argv[10]})
      .run();
  return 0;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "parked_polls: %s\n", error.what());
  return 1;
}
