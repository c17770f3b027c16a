// SPDX-License-Identifier: Apache-2.0
#include "server/push/transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "config.h"
#include "server/push/addresses.h"

namespace toopher::server::push {

namespace {

constexpr long kConnectMs = 5000;
constexpr long kWholeMs = 10000;
constexpr std::size_t kMaxBody = 16384;            // nobody reads it
constexpr long kMaxRetryAfter = 86400;             // a push service may write any number
constexpr const char* kCaPath = "/etc/ssl/certs";  // parsing the whole bundle costs more than all the rest

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK)
    throw std::runtime_error("libcurl does not know option " + std::to_string(static_cast<int>(option)));
}

}  // namespace

Transfer::Transfer(CURLM* multi, HttpPost post)
    : multi_(multi), post_(std::move(post)), easy_(curl_easy_init()) {
  if (!easy_) throw std::runtime_error("libcurl cannot be started");
  for (const std::string& header : post_.headers) {
    curl_slist* const longer = curl_slist_append(headers_.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers_.release();
    headers_.reset(longer);
  }
  set_options();
  if (curl_multi_add_handle(multi_, easy_.get()) != CURLM_OK)
    throw std::runtime_error("libcurl refuses a transfer");
}

Transfer::~Transfer() {
  curl_multi_remove_handle(multi_, easy_.get());
}

void Transfer::set_options() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_URL, post_.url.c_str());
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_POST, 1L);
  set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(post_.body.size()));
  set(easy, CURLOPT_POSTFIELDS, post_.body.data());
  set(easy, CURLOPT_HTTPHEADER, headers_.get());
  set(easy, CURLOPT_USERAGENT, "toopherd/" PACKAGE_VERSION);
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  set(easy, CURLOPT_WRITEFUNCTION, &take_body);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(easy, CURLOPT_PROTOCOLS_STR, post_.url.starts_with("https:") ? "https" : "http");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  set(easy, CURLOPT_TIMEOUT_MS, kWholeMs);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_CAINFO, static_cast<char*>(nullptr));
  set(easy, CURLOPT_CAPATH, kCaPath);
  // Several messages share a connection that speaks HTTP/2. None waits for another to find out whether it does
  // (CURLOPT_PIPEWAIT): with HTTP/1.1 that would be as long as the other one's answer takes.
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
}

Reply Transfer::reply(CURLcode code) const {
  Reply reply;
  long status = 0;
  curl_off_t wait = 0;
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait);
  // A body that was cut short changes nothing about what its status says.
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && body_size_ > kMaxBody))
    reply.status = static_cast<int>(status);
  reply.wait = std::chrono::seconds(std::clamp<curl_off_t>(wait, 0, kMaxRetryAfter));
  if (reply.status == 0) {
    reply.lasting = address_refused_ || code == CURLE_PEER_FAILED_VERIFICATION;
    reply.why = error_.front() == '\0' ? curl_easy_strerror(code) : error_.data();
    if (address_refused_) reply.why = "its name stands for a private address";
  }
  return reply;
}

std::size_t Transfer::take_body(char* /*data*/, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.body_size_ += size * count;
  return transfer.body_size_ > kMaxBody ? 0 : size * count;
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.post_.any_address && !is_public(address->addr)) {
    transfer.address_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace toopher::server::push
