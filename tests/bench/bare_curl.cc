// SPDX-License-Identifier: Apache-2.0
// What a push costs at least with libcurl: one POST and one GET over one verified TLS connection, and nothing else.
//
//     bare_curl BASE-URL CA-PATH
#include <curl/curl.h>
#include <unistd.h>

#include <string>

namespace {

std::size_t discard(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string base = arguments[1];
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &discard);
  curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAPATH, arguments[2]);
  curl_easy_setopt(easy, CURLOPT_URL, (base + "authentication_requests/initiate").c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                   "user_name=alice&action_name=log%20in&terminal_name=host&ttl=20");
  bool done = curl_easy_perform(easy) == CURLE_OK;
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  const std::string status = base + "authentication_requests/11111111-1111-4111-8111-111111111111?wait=19";
  curl_easy_setopt(easy, CURLOPT_URL, status.c_str());
  done = done && curl_easy_perform(easy) == CURLE_OK;
  ::_exit(done ? 0 : 1);
}
