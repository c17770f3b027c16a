// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/error.h"
#include "api/objects.h"
#include "with_cmocka.h"

using namespace toopher::api;

namespace {

const char kId[] = "0b16d487-8675-4ba9-a3c3-91b833333b2c";

User user() {
  User user;
  user.id = "6fc4b2c8-5f0a-4d53-a6fb-7ad5bb3b41d8";
  user.name = "jos\xC3\xA9";
  return user;
}

AuthenticationRequest request() {
  AuthenticationRequest request;
  request.id = kId;
  request.terminal.id = "5c1ad6a5-7b53-4c40-9df4-ff5d1d9b1b1f";
  request.terminal.name = "host";
  request.terminal.user = user();
  request.user = user();
  request.action.id = "9e3f0a2c-30bd-4a0b-92b2-22c3ad28d6c8";
  request.action.name = "log in";
  request.pairing_id = "e1a8a3e2-7e0c-4d8e-9e0e-1f1d6f2f9c11";
  request.created = 1420128610;
  request.modified = 1420128611;
  return request;
}

/// `name:type`, sorted, for every member; s string, i integer, b boolean, o object.
std::string shape_of(const json_t* object) {
  std::vector<std::string> members;
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object), name, value) {
    const char* type = json_is_string(value)    ? "s"
                       : json_is_integer(value) ? "i"
                       : json_is_boolean(value) ? "b"
                       : json_is_object(value)  ? "o"
                                                : "?";
    members.push_back(std::string(name) + ":" + type);
  }
  std::sort(members.begin(), members.end());
  std::string shape;
  for (const std::string& member : members) shape += (shape.empty() ? "" : " ") + member;
  return shape;
}

template <typename Object>
Json tree_of(const Object& object) {
  return parse_object(to_json(object));
}

const json_t* member(const Json& object, const char* name) {
  return json_object_get(object.get(), name);
}

void every_field_is_written_with_its_type(void**) {
  assert_same_text(shape_of(tree_of(user()).get()),
                   "created:s created_seconds_since_epoch:i disable_toopher_auth:b id:s modified:s name:s "
                   "number_of_pregenerated_otps_remaining:i toopher_authentication_enabled:b");
  assert_same_text(shape_of(tree_of(UserTerminal()).get()),
                   "created:s created_seconds_since_epoch:i id:s modified:s name:s name_extra:s "
                   "requester_specified_id:s user:o");
  assert_same_text(shape_of(tree_of(Action()).get()),
                   "created:s created_seconds_since_epoch:i id:s modified:s name:s");
  assert_same_text(
      shape_of(tree_of(Pairing()).get()),
      "created:s created_seconds_since_epoch:i deactivated:b enabled:b id:s modified:s pending:b "
      "reason:s reason_code:i totp_length:i user:o");
  const std::string without_number =
      "action:o automated:b automation_allowed:b cancelled:b created:s created_seconds_since_epoch:i "
      "granted:b id:s "
      "modified:s pairing_id:s pending:b reason:s reason_code:i terminal:o totp_valid:b user:o";
  assert_same_text(shape_of(tree_of(request()).get()), without_number);
  AuthenticationRequest numbered = request();
  numbered.number = "42";
  std::string with_number = without_number;
  with_number.insert(with_number.find("pairing_id"), "number:s ");
  assert_same_text(shape_of(tree_of(numbered).get()), with_number);
}

void values_are_what_clients_expect(void**) {
  User disabled = user();
  disabled.toopher_authentication_enabled = false;
  assert_true(json_is_true(member(tree_of(disabled), "disable_toopher_auth")));
  assert_true(json_is_false(member(tree_of(user()), "disable_toopher_auth")));
  UserTerminal terminal;
  assert_same_text(json_string_value(member(tree_of(terminal), "name_extra")), "");
  terminal.requester_specified_id = "extra";
  assert_same_text(json_string_value(member(tree_of(terminal), "name_extra")), "extra");
  assert_same_text(json_string_value(member(tree_of(terminal), "requester_specified_id")), "extra");
  assert_int_equal(json_integer_value(member(tree_of(Pairing()), "totp_length")), 6);
  const Json written = tree_of(request());
  assert_same_text(json_string_value(member(written, "created")), "2015-01-01 16:10:10");
  assert_int_equal(json_integer_value(member(written, "created_seconds_since_epoch")), 1420128610);
}

void a_writer_puts_commas_between(void**) {
  JsonWriter json;
  json.begin_array().begin_object().member("a", "\"").member("b", std::int64_t{-5}).name("c").begin_array();
  json.end_array().member("d", false).end_object().value(true).begin_object().end_object().end_array();
  assert_same_text(std::move(json).take(), R"([{"a":"\"","b":-5,"c":[],"d":false},true,{}])");
}

void answers_are_ascii(void**) {
  const std::string text = to_json(request());
  assert_true(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; }));
  assert_true(text.find("jos\\u00E9") != std::string::npos);
  assert_same_text(dump(json_text("\xF0\x9F\x94\x91 \"x\"\n").get()), "\"\\uD83D\\uDD11 \\\"x\\\"\\n\"");
  assert_same_text(dump(json_text("a\xFFz\xC3").get()), "\"a\\uFFFDz\\uFFFD\"");
  assert_same_text(dump(json_text("\xED\xA0\x80").get()), "\"\\uFFFD\\uFFFD\\uFFFD\"");
  assert_same_text(dump(json_text({}).get()), "\"\"");
}

/// U+0001 to the last one, without the surrogates, in steps that meet every class of characters.
std::string many_characters() {
  std::string escaped = "[\"";
  for (char32_t c = 1; c < 0x10FFFF; c += c < 0x3000 ? 1 : 997) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    char text[16];
    if (c < 0x10000) {
      (void)std::snprintf(text, sizeof text, "\\u%04X", static_cast<unsigned>(c));
    } else {
      (void)std::snprintf(text, sizeof text, "\\u%04X\\u%04X",
                          static_cast<unsigned>(0xD800 + ((c - 0x10000) >> 10)),
                          static_cast<unsigned>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    }
    escaped += text;
  }
  return escaped + "\"]";
}

void json_is_written_as_jansson_writes_it(void**) {
  for (const std::string& text :
       {many_characters(),
        std::string(R"({"b":[1,-2,3.5,1e300,true,false,null,"",{},[]],"a":{"c":{"d":"\/"}}})"),
        std::string("[]"), std::string("{}"), std::string("[9223372036854775807,-9223372036854775808]")}) {
    const Json value(json_loads(text.c_str(), 0, nullptr));
    assert_non_null(value.get());
    char* expected = json_dumps(value.get(), JSON_COMPACT | JSON_ENSURE_ASCII);
    assert_same_text(dump(value.get()), expected);
    std::free(expected);  // NOLINT(cppcoreguidelines-no-malloc): as jansson says
  }
}

void times_are_those_of_the_calendar(void**) {
  for (std::int64_t seconds = -62'167'219'200; seconds <= 253'402'300'799;
       seconds += std::int64_t{86'399} * 331) {
    const std::time_t time = seconds;
    std::tm utc{};
    char expected[80];
    ::gmtime_r(&time, &utc);
    (void)std::snprintf(expected, sizeof expected, "%04d-%02d-%02d %02d:%02d:%02d", utc.tm_year + 1900,
                        utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
    assert_same_text(api_time(seconds), expected);
  }
  bool thrown = false;
  try {
    (void)api_time(253'402'300'800);
  } catch (const std::out_of_range&) {
    thrown = true;
  }
  assert_true(thrown);
}

void written_objects_are_read_again(void**) {
  AuthenticationRequest sent = request();
  sent.pending = false;
  sent.granted = true;
  sent.totp_valid = true;
  sent.reason = "it is a test";
  sent.number = "07";
  const Json object = parse_object(to_json(sent));
  const AuthenticationRequest read = authentication_request_from_json(object.get());
  assert_same_text(read.id, sent.id);
  assert_true(read.granted && !read.pending && read.totp_valid);
  assert_same_text(read.reason, sent.reason);
  assert_same_text(read.number, "07");
  assert_same_text(read.terminal.name, "host");
  assert_same_text(read.terminal.user.name, user().name);
  assert_same_text(read.user.name, user().name);
  assert_same_text(read.action.name, "log in");
  assert_same_text(read.pairing_id, sent.pairing_id);
  assert_int_equal(read.created, sent.created);
  Pairing pairing;
  pairing.id = kId;
  pairing.enabled = true;
  pairing.pending = false;
  pairing.user = user();
  const Pairing again = pairing_from_json(parse_object(to_json(pairing)).get());
  assert_true(again.enabled && !again.pending && !again.deactivated);
  assert_same_text(again.user.name, user().name);
}

std::string with_id(const std::string& members) {
  return std::string("{\"id\":\"") + kId + "\"," + members + "}";
}

/// Reads an authentication request; whether that failed with JsonError.
bool request_refused(const std::string& text) {
  try {
    (void)authentication_request_from_json(parse_object(text).get());
  } catch (const JsonError&) {
    return true;
  }
  return false;
}

bool pairing_refused(const std::string& text) {
  try {
    (void)pairing_from_json(parse_object(text).get());
  } catch (const JsonError&) {
    return true;
  }
  return false;
}

void answers_of_other_servers_are_read(void**) {
  const auto read = [](const std::string& members) {
    return authentication_request_from_json(parse_object(with_id(members)).get());
  };
  assert_int_equal(read("\"pending\":true,\"granted\":false").reason_code, 0);
  assert_int_equal(read("\"pending\":false,\"granted\":false,\"reason_code\":708").reason_code, 708);
  assert_int_equal(read("\"pending\":false,\"granted\":false,\"reason_code\":\"708\"").reason_code, 708);
  assert_true(
      read("\"pending\":false,\"granted\":true,\"automation_allowed\":\"false\",\"x\":[null]").granted);
  const std::string user_text = "\"user\":{\"id\":\"1\",\"name\":\"jdoe\"}";
  const auto pairing = [&](const std::string& members) {
    return pairing_from_json(parse_object(with_id(user_text + "," + members)).get());
  };
  assert_true(pairing("\"enabled\":false").pending);
  assert_false(pairing("\"enabled\":true").pending);
  assert_true(pairing("\"enabled\":true,\"pending\":true").pending);
  const std::string disabled =
      "\"user\":{\"id\":\"1\",\"name\":\"jdoe\",\"disable_toopher_auth\":true},\"enabled\":true";
  assert_false(pairing_from_json(parse_object(with_id(disabled)).get()).user.toopher_authentication_enabled);
}

void wrong_objects_are_refused(void**) {
  const std::string state = "\"pending\":false,\"granted\":true";
  assert_false(request_refused(with_id(state)));
  for (const std::string& text : {std::string(R"({"pending":false,"granted":true})"),
                                  std::string(R"({"id":7,"pending":false,"granted":true})"),
                                  std::string(R"({"id":"1","pending":false,"granted":true})"),
                                  std::string(R"({"id":null,"pending":false,"granted":true})"),
                                  with_id(R"("pending":false)"),
                                  with_id(R"("granted":true)"),
                                  with_id(R"("pending":true,"granted":true)"),
                                  with_id(R"("pending":0,"granted":true)"),
                                  with_id(R"("pending":false,"granted":1)"),
                                  with_id(R"("pending":false,"granted":"true")"),
                                  with_id(R"("pending":null,"granted":true)"),
                                  with_id(R"("pending":false,"granted":false,"granted":true)"),
                                  with_id(state + R"(,"reason":7)"),
                                  with_id(state + R"(,"reason":null)"),
                                  with_id(state + R"(,"reason_code":"x")"),
                                  with_id(state + R"(,"reason_code":"")"),
                                  with_id(state + R"(,"reason_code":-1)"),
                                  with_id(state + R"(,"reason_code":4294967296)"),
                                  with_id(state + R"(,"reason_code":1.5)"),
                                  with_id(state + R"(,"reason_code":true)"),
                                  with_id(state + R"(,"number":42)"),
                                  with_id(state + R"(,"number":"4 2")"),
                                  with_id(state + R"(,"number":"12345678901")"),
                                  with_id(state + R"(,"user":[])"),
                                  with_id(state + R"(,"user":{"id":"1"})"),
                                  with_id(state + R"(,"terminal":null)"),
                                  with_id(state + R"(,"totp_valid":"true")"),
                                  with_id(state + R"(,"action":{"id":"1","name":1})")})
    assert_true(request_refused(text));
  const std::string user_text = R"("user":{"id":"1","name":"jdoe"})";
  assert_false(pairing_refused(with_id(user_text + R"(,"enabled":true)")));
  for (const std::string& text :
       {with_id(user_text), with_id(R"("enabled":true)"), with_id(R"("enabled":true,"user":"jdoe")"),
        with_id(user_text + R"(,"enabled":"true")"), with_id(user_text + R"(,"enabled":true,"pending":0)"),
        std::string(R"({"id":"x","enabled":true,"user":{"id":"1","name":"jdoe"}})")})
    assert_true(pairing_refused(text));
}

bool refused(std::string_view text) {
  try {
    (void)parse_object(text);
  } catch (const JsonError& error) {
    assert_null(strstr(error.what(), "hunter2"));
    return true;
  }
  return false;
}

void wrong_texts_are_refused(void**) {
  for (const char* text :
       {"", " ", "{", "[]", "null", "\"x\"", "7", "{}x", "{} {}", "<html>hunter2</html>", "{'a':1}",
        "{\"a\":1,}", "{\"a\":1,\"a\":1}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xFF\"}", "{\"a\":\"\\uD800\"}",
        "{\"a\":hunter2}", "{\"a\":99999999999999999999}", "{\"a\":NaN}"})
    assert_true(refused(text));
  assert_true(refused(std::string_view("{\"a\":\"\0\"}", 9)));
  assert_true(refused(std::string_view("{}\0", 3)));
  const std::string deep = "{\"a\":" + std::string(20000, '[') + std::string(20000, ']') + "}";
  assert_true(refused(deep));
  const std::string longest = "{\"a\":\"" + std::string(kMaxJsonBytes - 8, 'x') + "\"}";
  assert_int_equal(longest.size(), kMaxJsonBytes);
  assert_false(refused(longest));
  assert_true(refused(longest + " "));
  assert_false(refused(" {\"a\": {}}\n"));
}

void errors_have_the_sentences_that_clients_match(void**) {
  const struct {
    ApiError error;
    int status;
    const char* json;
  } rows[] = {
      {oauth_error(), 401, R"({"error_code":401,"error_message":"Not a valid OAuth signed request"})"},
      {pairing_not_authorized(), 409,
       R"({"error_code":601,"error_message":"Pairing has not been authorized to authenticate."})"},
      {user_disabled(), 409,
       R"({"error_code":704,"error_message":"The specified user has disabled Toopher authentication."})"},
      {unknown_user(), 409, R"({"error_code":705,"error_message":"No matching user exists."})"},
      {unknown_terminal(), 409, R"({"error_code":706,"error_message":"No matching terminal exists."})"},
      {pairing_deactivated(), 409, R"({"error_code":707,"error_message":"Pairing has been deactivated."})"},
      {unknown_phrase(), 400,
       R"({"error_code":400,"error_message":"No pending pairing requests with specified pairing_phrase"})"},
  };
  for (const auto& row : rows) {
    assert_int_equal(row.error.http_status, row.status);
    assert_same_text(to_json(row.error), row.json);
    const auto read = error_from_json(row.status, row.json);
    assert_true(read.has_value());
    assert_int_equal(read->code, row.error.code);
    assert_same_text(read->message, row.error.message);
  }
}

void other_errors_are_not_read(void**) {
  assert_int_equal(error_from_json(409, R"({"error_code":"705","error_message":""})")->code, 705);
  for (const char* body :
       {"", "<html>502 Bad Gateway</html>", "{}", "[]", R"({"error_code":705})", R"({"error_message":"x"})",
        R"({"error_code":null,"error_message":"x"})", R"({"error_code":"x","error_message":"x"})",
        R"({"error_code":705,"error_message":null})"})
    assert_false(error_from_json(409, body).has_value());
  assert_false(error_from_json(200, R"({"error_code":705,"error_message":"x"})").has_value());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_field_is_written_with_its_type),
      cmocka_unit_test(values_are_what_clients_expect),
      cmocka_unit_test(a_writer_puts_commas_between),
      cmocka_unit_test(answers_are_ascii),
      cmocka_unit_test(json_is_written_as_jansson_writes_it),
      cmocka_unit_test(times_are_those_of_the_calendar),
      cmocka_unit_test(written_objects_are_read_again),
      cmocka_unit_test(answers_of_other_servers_are_read),
      cmocka_unit_test(wrong_objects_are_refused),
      cmocka_unit_test(wrong_texts_are_refused),
      cmocka_unit_test(errors_have_the_sentences_that_clients_match),
      cmocka_unit_test(other_errors_are_not_read),
  };
  return cmocka_run_group_tests_name("api", tests, nullptr, nullptr);
}
