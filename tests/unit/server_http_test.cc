// SPDX-License-Identifier: Apache-2.0
// What the server makes of bytes and addresses before any rule is asked.
#include <array>
#include <string>
#include <string_view>

#include "server/http/head.h"
#include "server/http/network.h"
#include "server/http/request_reader.h"
#include "with_cmocka.h"

namespace toopher::server {
namespace {

using State = RequestReader::State;

int status_of(std::string head) {
  return check_head(head).status;
}

std::string request_with(std::string_view fields) {
  return "POST /v1/x HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n";
}

void test_heads_that_readers_could_understand_differently(void**) {
  assert_int_equal(status_of(request_with("")), 0);
  assert_int_equal(status_of(request_with("Content-Length: 3\r\n")), 0);
  assert_int_equal(status_of(request_with("transfer-encoding: \tChunked \r\n")), 0);
  assert_int_equal(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
  static constexpr std::array kBroken = {
      "Content-Length: 3\r\nContent-Length: 3\r\n",
      "Content-Length: 3, 3\r\n",
      "Content-Length: +3\r\n",
      "Content-Length: -1\r\n",
      "Content-Length: 0x3\r\n",
      "Content-Length: 3 3\r\n",
      "Content-Length:\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: chunked, identity\r\n",
      "Transfer-Encoding: xchunked\r\n",
      "Transfer-Encoding: \"chunked\"\r\n",
      "Transfer-Encoding: chunked\vx\r\n",
      "Transfer-Encoding : chunked\r\n",
      "Content-Length : 3\r\n",
      " Content-Length: 3\r\n",
      "X: a\r\n folded\r\n",
      "Host: y\r\n",
      ": nameless\r\n",
      "no colon\r\n",
      "X: a\nContent-Length: 3\r\n",
      "X: a\rContent-Length: 3\r\n",
  };
  for (const char* fields : kBroken) {
    if (status_of(request_with(fields)) != 400) fail_msg("not refused: %s", fields);
  }
  assert_int_equal(status_of(request_with(std::string_view("X: a\0b\r\n", 8))), 400);
  assert_int_equal(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  assert_int_equal(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 400);
  assert_int_equal(status_of("GET /\r\nHost: x\r\n\r\n"), 400);
  assert_int_equal(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

void test_many_fields(void**) {
  std::string fields;
  for (std::size_t i = 1; i < kMaxFields; ++i) fields += "X: y\r\n";
  assert_int_equal(status_of(request_with(fields)), 0);
  assert_int_equal(status_of(request_with(fields + "X: y\r\n")), 431);
}

void test_a_length_beside_chunks_does_not_count(void**) {
  std::string head = request_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\nX: y\r\n");
  const HeadVerdict verdict = check_head(head);
  assert_int_equal(verdict.status, 0);
  assert_true(verdict.close);
  assert_string_equal(head.c_str(), request_with("Transfer-Encoding: chunked\r\nX: y\r\n").c_str());
  RequestReader reader{Limits()};
  std::string input =
      request_with("Transfer-Encoding: chunked\r\nContent-Length: 7\r\n") + "3\r\na=b\r\n0\r\n\r\nGET";
  assert_true(reader.read(input) == State::complete);
  assert_false(reader.keeps_alive());
  assert_string_equal(reader.take().body.c_str(), "a=b");
  assert_string_equal(input.c_str(), "GET");
}

/// Whatever the pieces in which it comes.
void test_a_request_in_pieces(void**) {
  const std::string whole =
      "\r\n" +
      request_with(
          "X-Forwarded-For: 192.0.2.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\nX-Forwarded-For: "
          "192.0.2.2\r\n") +
      "hello";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    RequestReader reader{Limits()};
    std::string input;
    State state = State::incomplete;
    int told = 0;
    for (std::size_t at = 0; at < whole.size(); at += size) {
      assert_true(state == State::incomplete);
      input += whole.substr(at, size);
      state = reader.read(input);
      if (state == State::incomplete && reader.wants_to_be_told_to_continue()) ++told;
    }
    assert_true(state == State::complete);
    assert_true(told <= 1);
    assert_true(reader.keeps_alive());
    const Request request = reader.take();
    assert_string_equal(request.body.c_str(), "hello");
    assert_string_equal(request.host.c_str(), "x");
    assert_string_equal(request.forwarded_for.c_str(), "192.0.2.1,192.0.2.2");
  }
}

/// The body of a request whose chunks come in these pieces.
std::string body_of_chunks(std::initializer_list<std::string> pieces) {
  RequestReader reader{Limits()};
  std::string input = request_with("Transfer-Encoding: chunked\r\n");
  State state = reader.read(input);
  for (const std::string& piece : pieces) {
    if (piece.empty()) continue;
    assert_true(state == State::incomplete);
    input += piece;
    state = reader.read(input);
  }
  assert_true(state == State::complete);
  assert_true(input.empty());
  return reader.take().body;
}

/// Cut in any two places: of the last chunk few bytes may be there, which the HTTP library takes for granted to be more.
void test_chunks_in_pieces(void**) {
  for (const std::string chunks : {"3\r\na=b\r\n0\r\n\r\n", "1;x=y\r\na\r\n2\r\n=b\r\n0;z\r\nX: y\r\n\r\n"})
    for (std::size_t first = 0; first < chunks.size(); ++first)
      for (std::size_t second = first; second < chunks.size(); ++second)
        assert_string_equal(body_of_chunks({chunks.substr(0, first), chunks.substr(first, second - first),
                                            chunks.substr(second)})
                                .c_str(),
                            "a=b");
  assert_string_equal(body_of_chunks({"0", "\r", "\n", "\r", "\n"}).c_str(), "");
}

int refused_status(std::string input, const Limits& limits = {}) {
  RequestReader reader(limits);
  return reader.read(input) == State::refused ? reader.refused_status() : 0;
}

void test_limits_of_a_request(void**) {
  Limits limits;
  limits.header = 100;
  limits.body = 10;
  assert_int_equal(refused_status("GET / HTTP/1.1\r\nX: " + std::string(90, 'a'), limits), 431);
  assert_int_equal(refused_status(request_with("Content-Length: 10\r\n"), limits), 0);
  assert_int_equal(refused_status(request_with("Content-Length: 11\r\n"), limits), 413);
  assert_int_equal(refused_status(request_with("Content-Length: 99999999999999999999999\r\n"), limits), 400);
  const std::string chunked = request_with("Transfer-Encoding: chunked\r\n");
  assert_int_equal(refused_status(chunked + "b\r\n01234567890\r\n", limits), 413);
  assert_int_equal(refused_status(chunked + "5;" + std::string(200, 'a'), limits), 431);
  assert_int_equal(refused_status(chunked + "0\r\nX: " + std::string(200, 'a'), limits), 431);
  assert_int_equal(refused_status(chunked + "-1\r\nab"), 400);
  assert_int_equal(refused_status(chunked + "ffffffffffffffffff\r\n"), 400);
}

void test_what_is_no_request_is_refused_at_once(void**) {
  assert_int_equal(refused_status("\x16\x03\x01\x02"), 400);
  assert_int_equal(refused_status(std::string("GET \0", 5)), 400);
  assert_int_equal(refused_status("GET / HT"), 0);
}

void test_networks(void**) {
  const auto networks = Networks::parse("192.0.2.7, 10.0.0.0/8,2001:db8::/32 , 198.51.100.128/25");
  assert_true(networks.has_value());
  for (const char* inside :
       {"192.0.2.7", "10.255.0.1", "2001:db8:ffff::1", "198.51.100.255", "::ffff:10.1.2.3"})
    assert_true(networks->contains(*parse_address(inside)));
  for (const char* outside : {"192.0.2.8", "11.0.0.0", "2001:db9::1", "198.51.100.127", "::a00:1"})
    assert_false(networks->contains(*parse_address(outside)));
  for (const char* malformed :
       {"", "x", "10.0.0.0/33", "10.0.0.1/8", "::1/129", "10.0.0.0/", "10.0.0.0/8,", "10.0.0.0/-1"})
    assert_false(Networks::parse(malformed).has_value());
  assert_true(Networks::parse("0.0.0.0/0")->contains(*parse_address("203.0.113.1")));
  assert_false(Networks::parse("0.0.0.0/0")->contains(*parse_address("::1")));
}

void test_whose_connections_count_together(void**) {
  const auto key = [](const char* text) { return address_key(*parse_address(text)); };
  assert_string_equal(key("192.0.2.1").c_str(), key("::ffff:192.0.2.1").c_str());
  assert_true(key("192.0.2.1") != key("192.0.2.2"));
  assert_true(key("2001:db8::1") == key("2001:db8::ffff:1"));
  assert_true(key("2001:db8::1") != key("2001:db8:0:1::1"));
}

void test_clients_behind_proxies(void**) {
  const Networks trusted = *Networks::parse("10.0.0.0/8");
  const auto client = [&trusted](const char* peer, const char* forwarded) {
    return client_address(*parse_address(peer), forwarded, trusted).to_string();
  };
  assert_string_equal(client("192.0.2.1", "198.51.100.1").c_str(), "192.0.2.1");
  assert_string_equal(client("10.0.0.1", "").c_str(), "10.0.0.1");
  assert_string_equal(client("10.0.0.1", "198.51.100.1").c_str(), "198.51.100.1");
  assert_string_equal(client("::ffff:10.0.0.1", "198.51.100.1").c_str(), "198.51.100.1");
  assert_string_equal(client("10.0.0.1", "203.0.113.5, 198.51.100.1, 10.0.0.2").c_str(), "198.51.100.1");
  assert_string_equal(client("10.0.0.1", "198.51.100.1, unknown").c_str(), "10.0.0.1");
  assert_string_equal(client("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2").c_str(), "10.0.0.2");
  assert_string_equal(client("10.0.0.1", "10.0.0.3").c_str(), "10.0.0.3");
}

}  // namespace
}  // namespace toopher::server

int main() {
  using namespace toopher::server;
  const CMUnitTest tests[] = {
      cmocka_unit_test(test_heads_that_readers_could_understand_differently),
      cmocka_unit_test(test_many_fields),
      cmocka_unit_test(test_a_length_beside_chunks_does_not_count),
      cmocka_unit_test(test_chunks_in_pieces),
      cmocka_unit_test(test_a_request_in_pieces),
      cmocka_unit_test(test_limits_of_a_request),
      cmocka_unit_test(test_what_is_no_request_is_refused_at_once),
      cmocka_unit_test(test_networks),
      cmocka_unit_test(test_whose_connections_count_together),
      cmocka_unit_test(test_clients_behind_proxies),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
