// SPDX-License-Identifier: Apache-2.0
#include "otp/otp.h"

#include <stdexcept>

#include "otp/otpauth_uri.h"
#include "vectors.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::otp;
using toopher::tests::read_vectors;

namespace {

const char kSeed[] = "12345678901234567890";

void hotp_of_rfc_4226(void**) {
  for (const auto& v : read_vectors("hotp.vec")) {
    const Secret code = hotp(Secret(v.bytes("seed")), static_cast<std::uint64_t>(v.number("counter")));
    assert_same_text(code.view(), v.text("code"));
  }
}

void totp_of_rfc_6238(void**) {
  for (const auto& v : read_vectors("totp.vec")) {
    Scheme scheme;
    scheme.digits = 8;
    if (v.text("digest") == "sha256") scheme.digest = crypto::Digest::sha256;
    if (v.text("digest") == "sha512") scheme.digest = crypto::Digest::sha512;
    assert_same_text(totp(Secret(v.bytes("seed")), v.number("time"), scheme).view(), v.text("code"));
  }
}

void steps_have_thirty_seconds(void**) {
  assert_int_equal(time_step(0), 0);
  assert_int_equal(time_step(29), 0);
  assert_int_equal(time_step(30), 1);
  assert_int_equal(seconds_left(0), 30);
  assert_int_equal(seconds_left(29), 1);
  assert_int_equal(seconds_left(30), 30);
}

void codes_of_neighbouring_steps_match(void**) {
  const Secret seed(kSeed);
  constexpr std::int64_t kNow = 1111111109;  // step 37037036
  const std::uint64_t step = time_step(kNow);
  for (const int distance : {-1, 0, 1}) {
    const Secret code = totp(seed, kNow + 30L * distance);
    assert_true(matching_step(seed, code.view(), kNow) == step + static_cast<std::uint64_t>(distance));
    assert_true(matching_step(seed, code.view(), kNow, 0).has_value() == (distance == 0));
  }
  for (const int distance : {-2, 2})
    assert_false(matching_step(seed, totp(seed, kNow + 30L * distance).view(), kNow).has_value());
  for (const char* wrong : {"", "0", "00000", "0000000", "abcdef", "     "})
    assert_false(matching_step(seed, wrong, kNow).has_value());
  const std::string code(totp(seed, kNow).view());
  assert_false(matching_step(seed, code + "0", kNow).has_value());
  assert_false(matching_step(seed, code.substr(1), kNow).has_value());
  assert_false(matching_step(Secret("another seed"), code, kNow).has_value());
}

void the_first_step_has_no_one_before(void**) {
  const Secret seed(kSeed);
  assert_true(matching_step(seed, hotp(seed, 0).view(), 0) == 0U);
  assert_true(matching_step(seed, hotp(seed, 1).view(), 0) == 1U);
  assert_false(matching_step(seed, hotp(seed, UINT64_MAX).view(), 0).has_value());
}

template <typename Call>
bool refuses(Call call) {
  try {
    call();
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

void counters_are_found_within_the_window(void**) {
  // RFC 4226, appendix D: the codes of the counters 0 and 9.
  const Secret seed(kSeed);
  assert_true(matching_counter(seed, "755224", 0, 0) == 0);
  assert_true(matching_counter(seed, "520489", 0, 9) == 9);
  assert_false(matching_counter(seed, "520489", 0, 8).has_value());
  assert_false(matching_counter(seed, "755224", 1, 20).has_value());
}

void sequences_are_found_where_they_follow_each_other(void**) {
  const Secret seed(kSeed);
  const std::string first(hotp(seed, 100).view());
  const std::string second(hotp(seed, 101).view());
  assert_true(end_of_sequence(seed, {first, second}, 0, 100) == 101);
  assert_true(end_of_sequence(seed, {first, second}, 100, 100) == 101);
  assert_false(end_of_sequence(seed, {first, second}, 101, 200).has_value());
  assert_false(end_of_sequence(seed, {first, second}, 0, 99).has_value());
  assert_false(end_of_sequence(seed, {second, first}, 0, 200).has_value());
  assert_false(end_of_sequence(seed, {first}, 0, 200).has_value());
  assert_false(end_of_sequence(seed, {first, ""}, 0, 200).has_value());
}

void impossible_schemes_are_refused(void**) {
  const Secret seed(kSeed);
  for (const unsigned digits : {0U, 5U, 9U, 10U}) {
    Scheme scheme;
    scheme.digits = digits;
    assert_true(refuses([&] { (void)hotp(seed, 0, scheme); }));
  }
  Scheme no_step;
  no_step.step_seconds = 0;
  assert_true(refuses([&] { (void)time_step(1, no_step); }));
  assert_true(refuses([&] { (void)time_step(-1); }));
}

void uris_are_escaped(void**) {
  assert_same_text(totp_uri(Secret(kSeed), "Example Org", "a&b=c@host").view(),
                   "otpauth://totp/Example%20Org:a%26b%3Dc%40host?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                   "&issuer=Example%20Org&algorithm=SHA1&digits=6&period=30");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(hotp_of_rfc_4226),
      cmocka_unit_test(totp_of_rfc_6238),
      cmocka_unit_test(steps_have_thirty_seconds),
      cmocka_unit_test(codes_of_neighbouring_steps_match),
      cmocka_unit_test(the_first_step_has_no_one_before),
      cmocka_unit_test(counters_are_found_within_the_window),
      cmocka_unit_test(sequences_are_found_where_they_follow_each_other),
      cmocka_unit_test(impossible_schemes_are_refused),
      cmocka_unit_test(uris_are_escaped),
  };
  return cmocka_run_group_tests_name("otp", tests, nullptr, nullptr);
}
