// SPDX-License-Identifier: Apache-2.0
// The table of calls against its documentation, and the way in against input that nobody sends on purpose.
#include <array>
#include <fstream>
#include <random>
#include <regex>
#include <set>

#include "oauth/signature.h"
#include "server/http/routes.h"
#include "server/http/toopher_api.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;

namespace {

void the_documentation_lists_each_call(void**) {
  std::set<std::string> documented;
  std::ifstream file(std::string(TEST_DATA) + "/../../docs/toopher-api.md");
  const std::regex row(R"(^\| `(GET|POST) ([^`]+)` \|[^|]*\|[^|]*\| ([a-z ]+) \|.*)");
  for (std::string line; std::getline(file, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, row)) continue;
    documented.insert(found[1].str() + " " + std::regex_replace(found[2].str(), std::regex("<id>"), "*") +
                      ": " + found[3].str());
  }
  std::set<std::string> served;
  for (const Route& route : routes())
    served.insert(std::string(route.method) + " " + std::string(route.path) + ": " +
                  std::string(to_text(route.needs)));
  for (const std::string& call : served)
    if (documented.count(call) == 0) fail_msg("docs/toopher-api.md lacks %s", call.c_str());
  for (const std::string& call : documented)
    if (served.count(call) == 0) fail_msg("docs/toopher-api.md has %s, which is not served", call.c_str());
}

void names_come_before_ids(void**) {
  assert_true(find_route("POST", "users/create").id.empty());
  assert_true(find_route("POST", "users/x").id == "x");
  assert_true(find_route("GET", "oath_otp_validator/x").route ==
              find_route("GET", "oath_otp_validators/y").route);
  for (const char* nowhere : {"", "/", "users/", "users//pairings", "users/x/y", "pairings",
                              "pairings/create/", "*", "pairings/*", "users/*/pairings"})
    assert_true(find_route("POST", nowhere).route == nullptr);
  assert_true(find_route("DELETE", "users/x").route == nullptr);
}

/// Calls that are now and then almost right, always the same ones.
class Monkey {
 public:
  explicit Monkey(World& world) : world_(world) {}

  Request next() {
    Request request;
    request.host = kOrigin.substr(kOrigin.find("//") + 2);
    request.method = any({"GET", "POST", "POST", "PUT", "", "get"});
    request.target = "/v1/" + path();
    oauth::Parameters parameters = fields();
    const std::string form = oauth::to_form(parameters);
    const bool post = request.method == "POST";
    if (post)
      request.body = form;
    else if (!form.empty())
      request.target += "?" + form;
    request.content_type = post ? any({"application/x-www-form-urlencoded", "text/plain", ""}) : "";
    if (post) request.content_type = "application/x-www-form-urlencoded";
    request.authorization = oauth::authorization_header(
        {world_.admin.consumer_key, Secret("secret of administrator")}, request.method,
        kOrigin + std::string(request.path()), parameters, std::to_string(++nonce_), world_.now / kSecond);
    if (below(4) == 0) spoil(request);
    return request;
  }

 private:
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  std::string any(std::initializer_list<const char*> texts) {
    return *(texts.begin() + below(static_cast<std::uint32_t>(texts.size())));
  }
  std::string noise() {
    std::string bytes(below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(below(256));
    return bytes;
  }
  std::string path() {
    const auto& route = routes()[below(static_cast<std::uint32_t>(routes().size()))];
    std::string path(route.path);
    if (const auto star = path.find('*'); star != std::string::npos)
      path.replace(star, 1,
                   below(2) == 0 ? std::string("0b16d487-8675-4ba9-a3c3-91b833333b2c")
                                 : any({"x", "..", "%00", "-1"}));
    if (below(16) == 0) path += any({"/", "//", "/reset", "/x"});
    return path;
  }
  std::string value() {
    switch (below(4)) {
      case 0:
        return noise();
      case 1:
        return any({"", "true", "False", "0", "-1", "99999999999999999999", "jdoe", "[]", "[{}]",
                    "[{\"secret\":\"00\"}]", "3132333435363738393031323334353637383930", "000000", "1,2",
                    ",,,,", "\xff\xfe"});
      case 2:
        return std::string(below(3) == 0 ? 70000 : 300, 'a');
      default:
        return "jdoe";
    }
  }
  oauth::Parameters fields() {
    static constexpr std::array kNames = {"user_name",
                                          "name",
                                          "name",
                                          "id",
                                          "pairing_phrase",
                                          "pairing_id",
                                          "otp",
                                          "otp_sequence",
                                          "secret",
                                          "ttl",
                                          "terminal_name",
                                          "terminal_id",
                                          "terminal_name_extra",
                                          "name_extra",
                                          "requester_specified_id",
                                          "action_name",
                                          "requester_metadata",
                                          "supersedes",
                                          "client_request_id",
                                          "automation_allowed",
                                          "deactivated",
                                          "phone_number",
                                          "phone_country",
                                          "reset_email",
                                          "security_question",
                                          "security_answer",
                                          "oath_otp_validators",
                                          "otp_digits",
                                          "otp_type",
                                          "algorithm",
                                          "totp_step_size",
                                          "authorization",
                                          "create_user_if_needed",
                                          "toopher_authentication_enabled",
                                          "number_matching",
                                          "wait",
                                          "reset_authorization"};
    oauth::Parameters parameters;
    if (below(2) == 0) parameters = {{"user_name", "jdoe"}, {"name", "jdoe"}};
    for (std::uint32_t left = below(8); left > 0; --left)
      parameters.push_back({below(20) == 0 ? noise() + "x" : kNames[below(kNames.size())], value()});
    return parameters;
  }
  void spoil(Request& request) {
    std::array<std::string*, 4> parts = {&request.target, &request.body, &request.authorization,
                                         &request.host};
    std::string& part = *parts[below(4)];
    for (std::uint32_t left = 1 + below(4); left > 0; --left) {
      const std::size_t at = part.empty() ? 0 : below(static_cast<std::uint32_t>(part.size()));
      if (below(2) == 0 && !part.empty())
        part.erase(at, 1 + below(8));
      else
        part.insert(at, noise());
    }
    if (!request.target.starts_with(kToopherApiPath)) request.target = "/v1/" + request.target;
  }

  World& world_;
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): always the same requests
  std::mt19937_64 random_{20141231};
  std::uint64_t nonce_ = 0;
};

void odd_input_is_never_our_failure(void**) {
  constexpr int kCalls = 4000;
  World world;
  Monkey monkey(world);
  std::map<int, int> answers;
  world.get([&](Context& context) {
    for (int i = 0; i < kCalls; ++i) {
      const Request request = monkey.next();
      try {
        const Answer answer = answer_toopher_call(context, request, {"/bin/false", "/bin/false"});
        ++answers[answer.status];
        if (answer.status >= 500)
          fail_msg("%d for %s %s", answer.status, request.method.c_str(), request.target.c_str());
        if (answer.status == 200 && !answer.errand && !answer.body.starts_with("<"))
          assert_true(answer.body.front() == '{' || answer.body.front() == '[');
      } catch (const NeedsHashes&) {
        ++answers[0];
      }
    }
    return true;
  });
  // It must reach all of this, or it tests less than it seems to.
  for (const int status : {200, 400, 401, 404, 409})
    if (answers[status] < kCalls / 200) fail_msg("only %d answers with %d", answers[status], status);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_documentation_lists_each_call),
      cmocka_unit_test(names_come_before_ids),
      cmocka_unit_test(odd_input_is_never_our_failure),
  };
  return cmocka_run_group_tests_name("server, router", tests, nullptr, nullptr);
}
