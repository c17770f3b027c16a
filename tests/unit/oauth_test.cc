// SPDX-License-Identifier: Apache-2.0
#include "oauth/parameters.h"
#include "oauth/signature.h"
#include "oauth/verify.h"
#include "vectors.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::oauth;
using toopher::tests::read_vectors;

namespace {

const char kUrl[] = "https://login.example.org/v1/authentication_requests/initiate";
const char kSecret[] = "consumer&secret%";

void signatures_of_the_rfc(void**) {
  for (const auto& v : read_vectors("oauth.vec")) {
    const auto parameters = parse_form(v.text("parameters"));
    assert_true(parameters.has_value());
    const std::string base = signature_base_string(v.text("method"), v.text("url"), {*parameters});
    if (v.has("base-string")) assert_same_text(base, v.text("base-string"));
    if (!v.has("signature")) continue;
    const std::string token_secret = v.has("token-secret") ? v.text("token-secret") : "";
    assert_same_text(sign_hmac_sha1(base, Secret(v.text("secret")), token_secret), v.text("signature"));
  }
}

void base_string_uris(void**) {
  assert_same_text(base_string_uri("HTTP://Example.COM:80/r%20v/X?id=123"), "http://example.com/r%20v/X");
  assert_same_text(base_string_uri("https://www.example.net:8080/?q=1"), "https://www.example.net:8080/");
  assert_same_text(base_string_uri("https://h:443"), "https://h/");
  assert_same_text(base_string_uri("https://h:80/"), "https://h:80/");
  assert_same_text(base_string_uri("http://h:443/"), "http://h:443/");
  assert_same_text(base_string_uri("http://h:8080?x#y"), "http://h:8080/");
  assert_same_text(base_string_uri("https://[::1]:443/"), "https://[::1]/");
}

void forms_are_decoded(void**) {
  const auto parameters = parse_form("a=1+2&b=%2B&c&=d&&a=caf%C3%A9&e==");
  const Parameters expected = {{"a", "1 2"}, {"b", "+"},           {"c", ""},
                               {"", "d"},    {"a", "caf\xC3\xA9"}, {"e", "="}};
  assert_true(parameters == expected);
  assert_true(parse_form("")->empty());
  for (const char* wrong : {"a=%", "a=%4", "a=%zz", "%=a", "a=1&b=%G0"})
    assert_false(parse_form(wrong).has_value());
  assert_same_text(to_form({{"a b", "1+2"}, {"c", ""}}), "a%20b=1%2B2&c=");
  assert_true(parse_form(to_form(expected)) == expected);
}

void headers_are_read(void**) {
  const Parameters expected = {{"oauth_nonce", "-12"}, {"oauth_signature", "a+b/="}};
  for (const char* header :
       {"OAuth oauth_nonce=\"-12\", oauth_signature=\"a%2Bb%2F%3D\"",
        "OAuth oauth_nonce=\"-12\",oauth_signature=\"a%2Bb%2F%3D\"",
        "oauth  oauth_nonce=\"-12\" , oauth_signature=\"a%2Bb%2F%3D\" ",
        "OAuth realm=\"http://login.example.org/\", oauth_nonce=\"-12\", oauth_signature=\"a+b%2f%3D\",",
        "OAuth oauth_nonce=\"-12\",\toauth_signature=\"a%2Bb%2F%3D\", realm=\"a \\\"quoted\\\", b\""})
    assert_true(parse_authorization_header(header) == expected);
}

void malformed_headers_are_refused(void**) {
  for (const char* header : {"",
                             "OAuth",
                             "OAuth ",
                             "OAuth ,",
                             "Basic dXNlcjpwYXNz",
                             "OAutha=\"b\"",
                             "OAuth a",
                             "OAuth a=",
                             "OAuth a=b",
                             "OAuth a=\"b",
                             "OAuth a=\"b\" c=\"d\"",
                             "OAuth a=\"b\",,c=\"d\"",
                             "OAuth a=\"b\",,",
                             "OAuth =\"b\"",
                             "OAuth a=\"%\"",
                             "OAuth a=\"%zz\"",
                             "OAuth %4=\"b\"",
                             "OAuth a=\"b\nc\"",
                             "OAuth a =\"b\"",
                             "OAuth a=\"b\"x",
                             "OAuth a=\"b\\\"",
                             "OAuth , a=\"b\""})
    assert_false(parse_authorization_header(header).has_value());
}

/// The OAuth parameters of a request signed by an independent client, and where it puts them.
Parameters signed_oauth(const std::string& method, Parameters call, const Parameters& oauth = {}) {
  Parameters all = {{"oauth_consumer_key", "key"},
                    {"oauth_nonce", "-8273648237462"},
                    {"oauth_signature_method", "HMAC-SHA1"},
                    {"oauth_timestamp", "1700000000"},
                    {"oauth_version", "1.0"}};
  for (const Parameter& extra : oauth) all.push_back(extra);
  Parameters base = all;
  base.insert(base.end(), call.begin(), call.end());
  all.push_back(
      {"oauth_signature", sign_hmac_sha1(signature_base_string(method, kUrl, {base}), Secret(kSecret))});
  return all;
}

std::string header_of(const Parameters& oauth, const std::string& separator = ", ") {
  std::string header = "OAuth ";
  for (const Parameter& p : oauth)
    header += (header.size() > 6 ? separator : "") + p.name + "=\"" + percent_encode(p.value) + "\"";
  return header;
}

std::optional<Parameters> verify(const SignedRequest& request, const char* secret = kSecret) {
  auto claim = read_claim(request);
  if (!claim) return std::nullopt;
  const Signed found = check_signature(request, *claim, Secret(secret));
  if (found == Signed::nothing) return std::nullopt;
  return parameters_of(std::move(*claim), found);
}

const Parameters kCall = {{"user_name", "jo doe+1"}, {"terminal_name", ""}, {"action_name", "caf\xC3\xA9"}};

void clients_of_the_header_form_verify(void**) {
  const std::string body = to_form(kCall);
  const Parameters oauth = signed_oauth("POST", kCall);
  for (const std::string& header :
       {header_of(oauth), header_of(oauth, ","), header_of(oauth) + ",",
        "OAuth realm=\"http://login.example.org/\", " + header_of(oauth).substr(6)}) {
    const SignedRequest post{"POST", kUrl, "", header, body};
    assert_true(verify(post) == kCall);
    assert_false(verify(post, "another secret").has_value());
    assert_false(verify(post, "").has_value());
  }
  const std::string get = header_of(signed_oauth("GET", {{"wait", "30"}}));
  assert_true(verify({"GET", kUrl, "wait=30", get, ""}) == Parameters({{"wait", "30"}}));
  const std::string bare = header_of(signed_oauth("GET", {}));
  assert_true(verify({"GET", kUrl, "", bare, ""}) == Parameters{});
}

void claims_name_the_requester(void**) {
  const std::string body = to_form(kCall);
  const std::string header = header_of(signed_oauth("POST", kCall));
  const auto claim = read_claim({"POST", kUrl, "a=b", header, body});
  assert_true(claim.has_value());
  assert_same_text(claim->consumer_key, "key");
  assert_same_text(claim->nonce, "-8273648237462");
  assert_int_equal(claim->timestamp, 1700000000);
  assert_null(find(claim->oauth, "oauth_signature"));
  assert_true(claim->query == Parameters({{"a", "b"}}));
  assert_true(claim->form == kCall);
}

void clients_of_the_query_and_body_forms_verify(void**) {
  // Python 1.0.x adds the hash of an empty body, whatever is sent.
  const Parameters hash = {{"oauth_body_hash", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="}};
  Parameters all = kCall;
  for (const Parameter& p : signed_oauth("POST", kCall, hash)) all.push_back(p);
  assert_true(verify({"POST", kUrl, "", "", to_form(all)}) == kCall);

  all = {{"wait", "30"}};
  for (const Parameter& p : signed_oauth("GET", {{"wait", "30"}}, hash)) all.push_back(p);
  assert_true(verify({"GET", kUrl, to_form(all), "", ""}) == Parameters({{"wait", "30"}}));
  // A request that is signed in its query has no second reading.
  assert_false(verify({"GET", kUrl, to_form(all), "", "wait=60"}).has_value());
}

void only_the_body_counts_when_fields_are_sent_twice(void**) {
  const std::string header = header_of(signed_oauth("POST", kCall), ",");
  const std::string body = to_form(kCall);
  // .NET's copy in the query is not escaped, so it may not even be decodable.
  for (const char* query : {"user_name=jo doe+1&terminal_name=&action_name=caf\xC3\xA9",
                            "user_name=100%&x=%zz", "user_name=root", "admin=1"})
    assert_true(verify({"POST", kUrl, query, header, body}) == kCall);
  // Without a body a changed query is a changed request.
  assert_false(verify({"POST", kUrl, "user_name=root", header, ""}).has_value());
  const std::string get = header_of(signed_oauth("GET", {}));
  assert_false(verify({"GET", kUrl, "admin=1", get, ""}).has_value());
  assert_false(verify({"GET", kUrl, "admin=%", get, ""}).has_value());
}

void changed_requests_do_not_verify(void**) {
  const std::string body = to_form(kCall);
  const std::string header = header_of(signed_oauth("POST", kCall));
  assert_true(verify({"POST", kUrl, "", header, body}).has_value());
  assert_false(verify({"GET", kUrl, "", header, body}).has_value());
  assert_false(
      verify({"POST", "https://login.example.org/v1/pairings/create", "", header, body}).has_value());
  assert_false(verify({"POST", "https://evil.example/v1/authentication_requests/initiate", "", header, body})
                   .has_value());
  assert_false(verify({"POST", kUrl, "", header, body + "&user_name=root"}).has_value());
  assert_false(verify({"POST", kUrl, "", header, "user_name=root"}).has_value());
  assert_false(verify({"POST", kUrl, "", header, ""}).has_value());
  std::string other = header;
  other.replace(other.find("1700000000"), 10, "1700000001");
  assert_false(verify({"POST", kUrl, "", other, body}).has_value());
}

/// The header of a request that is right but for one parameter, which is replaced or, with a null, left out.
std::string header_with(const std::string& name, const char* value) {
  Parameters oauth = {{"oauth_consumer_key", "key"},
                      {"oauth_nonce", "n"},
                      {"oauth_signature_method", "HMAC-SHA1"},
                      {"oauth_timestamp", "1700000000"},
                      {"oauth_version", "1.0"}};
  Parameters changed;
  for (const Parameter& p : oauth)
    if (p.name != name) changed.push_back(p);
  if (value != nullptr) changed.push_back({name, value});
  const std::string signature =
      sign_hmac_sha1(signature_base_string("GET", kUrl, {changed}), Secret(kSecret));
  if (name != "oauth_signature") changed.push_back({"oauth_signature", signature});
  return header_of(changed);
}

void incomplete_claims_are_refused(void**) {
  const auto claims = [](const std::string& name, const char* value) {
    return verify({"GET", kUrl, "", header_with(name, value), ""}).has_value();
  };
  for (const char* name : {"oauth_consumer_key", "oauth_nonce", "oauth_signature_method", "oauth_timestamp",
                           "oauth_signature"}) {
    assert_false(claims(name, nullptr));
    assert_false(claims(name, ""));
  }
  assert_true(claims("oauth_version", nullptr));
  assert_true(claims("oauth_token", ""));
  assert_true(claims("oauth_nonce", "any alphabet \xE2\x82\xAC"));
  assert_false(claims("oauth_version", "1.1"));
  assert_false(claims("oauth_version", ""));
  assert_false(claims("oauth_token", "t"));
  for (const char* method : {"PLAINTEXT", "hmac-sha1", "HMAC-SHA256", "RSA-SHA1"})
    assert_false(claims("oauth_signature_method", method));
  for (const char* time : {"-1", "1e9", "x", " 1", "1.5", "99999999999999999999"})
    assert_false(claims("oauth_timestamp", time));
  for (const char* signature : {"=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    assert_false(claims("oauth_signature", signature));
}

void ambiguous_claims_are_refused(void**) {
  const std::string body = to_form(kCall);
  const Parameters oauth = signed_oauth("POST", kCall);
  const std::string header = header_of(oauth);
  // Twice in one place, with equal and with other values.
  assert_false(read_claim({"POST", kUrl, "", header + ", oauth_signature=\"x\"", body}).has_value());
  assert_false(read_claim({"POST", kUrl, "", header + ", oauth_nonce=\"-8273648237462\"", body}).has_value());
  Parameters all = kCall;
  for (const Parameter& p : oauth) all.push_back(p);
  assert_true(read_claim({"POST", kUrl, "", "", to_form(all)}).has_value());
  assert_false(read_claim({"POST", kUrl, "", "", to_form(all) + "&oauth_signature=x"}).has_value());
  // In two places.
  assert_false(read_claim({"POST", kUrl, "", header, to_form(all)}).has_value());
  assert_false(read_claim({"POST", kUrl, "oauth_consumer_key=other", header, body}).has_value());
  assert_false(read_claim({"POST", kUrl, "oauth_token=", header, body}).has_value());
  assert_false(read_claim({"POST", kUrl, to_form(oauth), "", to_form(all)}).has_value());
  Parameters many = all;
  for (int i = 0; i < 40; ++i) many.push_back({"oauth_" + std::to_string(i), ""});
  assert_false(read_claim({"POST", kUrl, "", "", to_form(many)}).has_value());
  // None at all, or a header of another kind.
  assert_false(read_claim({"POST", kUrl, "", "", body}).has_value());
  assert_false(read_claim({"POST", kUrl, "", "Basic dXNlcjpwYXNz", to_form(all)}).has_value());
}

void broken_escapes_are_refused(void**) {
  const std::string header = header_of(signed_oauth("POST", kCall));
  assert_false(read_claim({"POST", kUrl, "", header, "user_name=%"}).has_value());
  assert_false(read_claim({"POST", kUrl, "", header, "user_name=%4"}).has_value());
  assert_false(read_claim({"GET", kUrl, "user_name=%zz", header, ""}).has_value());
  // Only beside an OAuth header, where the query cannot hold the claim.
  Parameters all = kCall;
  for (const Parameter& p : signed_oauth("POST", kCall)) all.push_back(p);
  assert_false(read_claim({"POST", kUrl, "x=%", "", to_form(all)}).has_value());
}

void own_requests_verify(void**) {
  Credentials credentials;
  credentials.consumer_key = "key";
  credentials.consumer_secret = Secret(kSecret);
  const std::string header = authorization_header(credentials, "POST", kUrl, kCall, "nonce", 1700000000);
  assert_true(header.rfind("OAuth oauth_consumer_key=\"key\", ", 0) == 0);
  assert_true(verify({"POST", kUrl, "", header, to_form(kCall)}) == kCall);
  assert_true(header.find("secret") == std::string::npos);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(signatures_of_the_rfc),
      cmocka_unit_test(base_string_uris),
      cmocka_unit_test(forms_are_decoded),
      cmocka_unit_test(headers_are_read),
      cmocka_unit_test(malformed_headers_are_refused),
      cmocka_unit_test(clients_of_the_header_form_verify),
      cmocka_unit_test(claims_name_the_requester),
      cmocka_unit_test(clients_of_the_query_and_body_forms_verify),
      cmocka_unit_test(only_the_body_counts_when_fields_are_sent_twice),
      cmocka_unit_test(changed_requests_do_not_verify),
      cmocka_unit_test(incomplete_claims_are_refused),
      cmocka_unit_test(ambiguous_claims_are_refused),
      cmocka_unit_test(broken_escapes_are_refused),
      cmocka_unit_test(own_requests_verify),
  };
  return cmocka_run_group_tests_name("oauth", tests, nullptr, nullptr);
}
