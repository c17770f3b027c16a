// SPDX-License-Identifier: Apache-2.0
#include "base/one_time_code.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/url.h"
#include "with_cmocka.h"

using namespace toopher;

namespace {

std::string parsed(std::string_view typed) {
  const auto result = OneTimeCode::parse(typed);
  if (const auto* code = std::get_if<OneTimeCode>(&result)) {
    const char* form = code->form() == OneTimeCode::Form::otp
                           ? "otp "
                           : (code->form() == OneTimeCode::Form::offline ? "offline " : "recovery ");
    return form + std::string(code->digits());
  }
  return std::holds_alternative<OneTimeCode::WrongLength>(result) ? "wrong length" : "not a code";
}

void codes_are_normalised(void**) {
  assert_same_text(parsed("123456"), "otp 123456");
  assert_same_text(parsed(" 123 456 "), "otp 123456");
  assert_same_text(parsed("1234-5678"), "otp 12345678");
  assert_same_text(parsed("12345-67890"), "offline 1234567890");
  assert_same_text(parsed("1234-5678-9012"), "recovery 123456789012");
  assert_same_text(parsed("1234 5678 9012\t"), "recovery 123456789012");
  assert_same_text(parsed("12345"), "wrong length");
  assert_same_text(parsed("123456789"), "wrong length");
  assert_same_text(parsed("12345678901"), "wrong length");
  assert_same_text(parsed("1234567890123"), "wrong length");
  assert_same_text(parsed(""), "not a code");
  assert_same_text(parsed("   "), "not a code");
  assert_same_text(parsed("- -"), "not a code");
  assert_same_text(parsed("12345a"), "not a code");
  assert_same_text(parsed("\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6"), "not a code");
  assert_same_text(parsed(std::string(65, '1')), "not a code");
}

void text_for_terminals_holds_no_controls(void**) {
  assert_same_text(sanitize_for_display("a\x1b[2Jb\r\nc"), "a[2Jbc");
  // NOLINTNEXTLINE(misc-misleading-bidirectional): what an attacker would send
  assert_same_text(sanitize_for_display("x\xE2\x80\xAEy"), "xy");
  assert_same_text(sanitize_for_display("caf\xC3\xA9 \xF0\x9F\x94\x91"), "caf\xC3\xA9 \xF0\x9F\x94\x91");
  assert_same_text(sanitize_for_display("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  assert_same_text(sanitize_for_display("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");
  assert_int_equal(sanitize_for_display(std::string(500, 'x')).size(), 200);
}

void log_fields_cannot_be_forged(void**) {
  assert_same_text(escape_for_log("root outcome=granted\n"), "root\\x20outcome=granted\\x0a");
  assert_same_text(escape_for_log("a\"b\\"), "a\\x22b\\x5c");
  assert_same_text(escape_for_log("\xC3\xA4\xFF"), "\xC3\xA4\\xff");
}

void percent_encoding_round_trips(void**) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  assert_true(percent_decode(percent_encode(all)) == all);
  assert_same_text(percent_encode("Ladies + Gentlemen"), "Ladies%20%2B%20Gentlemen");
  assert_false(percent_decode("%4").has_value());
  assert_false(percent_decode("%zz").has_value());
}

void case_is_that_of_ascii_letters(void**) {
  assert_true(is_ignoring_case("Content-LENGTH", "content-length"));
  assert_true(is_ignoring_case("", ""));
  for (const char* other : {"content-lengt", "content-lengths", "content-lengtg", "content\rlength", ""})
    assert_false(is_ignoring_case(other, "content-length"));
  assert_false(is_ignoring_case("\xC3\x84", "\xC3\xA4"));
  assert_same_text(to_lower_ascii("@AZ[\xC3\x84"), "@az[\xC3\x84");
}

void decimals_are_strict(void**) {
  assert_true(parse_decimal("0", 9) == 0U);
  assert_false(parse_decimal("", 9).has_value());
  assert_false(parse_decimal("+1", 9).has_value());
  assert_false(parse_decimal("-1", 9).has_value());
  assert_false(parse_decimal("10", 9).has_value());
  assert_false(parse_decimal("99999999999999999999999", UINT64_MAX).has_value());
}

void secrets_move_and_compare(void**) {
  Secret a("hunter2");
  const Secret b = std::move(a);
  assert_true(a.empty());  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
  assert_true(b.equals("hunter2"));
  assert_false(b.equals("hunter3"));
  assert_false(b.equals("hunter"));
  std::string text = "a text beyond the small string buffer";
  const char* where = text.data();
  wipe(text);
  assert_true(text.empty());
  assert_int_equal(where[1], 0);
}

void uuids_are_version_4(void**) {
  const std::string id = random_uuid();
  assert_true(is_uuid(id));
  assert_int_equal(id[14], '4');
  assert_true(std::string_view("89ab").find(id[19]) != std::string_view::npos);
  assert_false(is_uuid(id.substr(1)));
  assert_true(random_uuid() != id);
  for (int i = 0; i < 100; ++i) assert_true(random_below(3) < 3);
}

/// HOST and PORT of a URL, "-" for a port that it does not say; "none".
std::string authority(std::string_view url) {
  const auto found = authority_of(url);
  if (!found) return "none";
  return std::string(found->host) + " " + (found->port ? std::to_string(*found->port) : "-");
}

void urls_have_a_host_and_perhaps_a_port(void**) {
  assert_same_text(authority("https://login.example.org/v1/"), "login.example.org -");
  assert_same_text(authority("https://login.example.org:8443/v1/"), "login.example.org 8443");
  for (const char* end : {"", "/", "?a=b:1", "#c:1", "/a:1/b@c"})
    assert_same_text(authority("http://127.0.0.1:80" + std::string(end)), "127.0.0.1 80");
  for (const char* end : {"", "/", "?a=b:1", "#c:1", "/a:1/b@c", ":", ":/"})
    assert_same_text(authority("http://127.0.0.1" + std::string(end)), "127.0.0.1 -");
  assert_same_text(authority("http://[::1]"), "[::1] -");
  assert_same_text(authority("http://[::1]/v1"), "[::1] -");
  assert_same_text(authority("http://[::1]:8477/v1"), "[::1] 8477");
  assert_same_text(authority("HTTPS://[2001:db8::7]:443"), "[2001:db8::7] 443");
  assert_same_text(authority("http://h:0/"), "h 0");
  assert_same_text(authority("http://h:65535/"), "h 65535");
}

void urls_without_a_server_are_refused(void**) {
  for (const char* url : {"",
                          "https",
                          "https:",
                          "https:/h/",
                          "h:80",
                          "https://",
                          "https:///v1",
                          "https://?h",
                          "https://:80/",
                          "https://h:65536/",
                          "https://h:-1/",
                          "https://h:+1/",
                          "https://h: 1/",
                          "https://h:80a/",
                          "https://h:80:81/",
                          "https://::1/",
                          "https://[::1",
                          "https://[::1/]",
                          "https://[]/",
                          "https://[]:80/",
                          "https://[::1]x/",
                          "https://[::1]x:80/",
                          "https://[::1]80/",
                          "https://[::1]]/",
                          "https://::1]/",
                          "https://h]/",
                          "https://h[::1]/",
                          "https://user@h/",
                          "https://user:80@h/",
                          "https://@h/",
                          "https://h:80@evil/",
                          "https://[::1]@evil/"})
    assert_same_text(url + std::string(" ") + authority(url), url + std::string(" none"));
}

/// RFC 9562 appendix A.6: 2022-02-22 19:22:22 UTC.
void uuids_of_version_7_begin_with_the_time(void**) {
  const std::chrono::system_clock::time_point time(std::chrono::milliseconds(0x017F22E279B0));
  const std::string id = time_ordered_uuid(time);
  assert_true(is_uuid(id));
  assert_string_equal(id.substr(0, 15).c_str(), "017f22e2-79b0-7");
  assert_true(std::string_view("89ab").find(id[19]) != std::string_view::npos);
  assert_true(time_ordered_uuid(time) != id);
  assert_true(time_ordered_uuid(time + std::chrono::milliseconds(1)) > id);
  assert_true(time_ordered_uuid() > id);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(codes_are_normalised),
      cmocka_unit_test(text_for_terminals_holds_no_controls),
      cmocka_unit_test(log_fields_cannot_be_forged),
      cmocka_unit_test(percent_encoding_round_trips),
      cmocka_unit_test(decimals_are_strict),
      cmocka_unit_test(secrets_move_and_compare),
      cmocka_unit_test(case_is_that_of_ascii_letters),
      cmocka_unit_test(uuids_are_version_4),
      cmocka_unit_test(urls_have_a_host_and_perhaps_a_port),
      cmocka_unit_test(urls_without_a_server_are_refused),
      cmocka_unit_test(uuids_of_version_7_begin_with_the_time),
  };
  return cmocka_run_group_tests_name("base", tests, nullptr, nullptr);
}
