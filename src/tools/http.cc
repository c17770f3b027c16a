// SPDX-License-Identifier: Apache-2.0
#include "tools/http.h"

#include <poll.h>

#include <new>

#include "api/json.h"
#include "base/deadline.h"
#include "base/text.h"
#include "config.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (curl_easy_setopt(handle, option, value) != CURLE_OK)
    throw Failure("libcurl does not know option " + std::to_string(static_cast<int>(option)));
}

bool is_certificate_problem(CURLcode result) {
  return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
         result == CURLE_SSL_ISSUER_ERROR || result == CURLE_SSL_INVALIDCERTSTATUS;
}

bool may_work_later(CURLcode result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

/// End-of-file and errors included, which libcurl does not report for descriptors that are not its own.
bool is_any_readable(const std::vector<int>& descriptors) {
  std::vector<pollfd> polled;
  polled.reserve(descriptors.size());
  for (const int fd : descriptors) polled.push_back({fd, POLLIN, 0});
  return ::poll(polled.data(), polled.size(), 0) > 0;
}

}  // namespace

HttpClient::HttpClient(const Origin& origin, const std::string& ca_file)
    : origin_(origin), error_(CURL_ERROR_SIZE, '\0') {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Failure("libcurl cannot be initialised");
  multi_.reset(curl_multi_init());
  easy_.reset(curl_easy_init());
  if (!multi_ || !easy_) throw std::bad_alloc();
  set_permanent_options(ca_file);
}

void HttpClient::set_permanent_options(const std::string& ca_file) {
  CURL* const handle = easy_.get();
  set(handle, CURLOPT_PROTOCOLS_STR, origin_.is_plain_http() ? "http" : "https");
  // Plain http is for loopback only, so no proxy may carry it elsewhere.
  if (origin_.is_plain_http()) set(handle, CURLOPT_NOPROXY, "*");
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, ca_file.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_USERAGENT, "toopher-authenticator/" PACKAGE_VERSION);
  set(handle, CURLOPT_ERRORBUFFER, error_.data());
  set(handle, CURLOPT_WRITEFUNCTION, &HttpClient::receive);
  set(handle, CURLOPT_WRITEDATA, this);
}

std::size_t HttpClient::receive(char* data, std::size_t size, std::size_t count, void* self) {
  std::string& received = static_cast<HttpClient*>(self)->received_;
  if (received.size() + size * count > api::kMaxJsonBytes) return 0;
  received.append(data, size * count);
  return size * count;
}

void HttpClient::add_header(const std::string& line) {
  curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)headers_.release();
  headers_.reset(longer);
}

void HttpClient::start(const HttpCall& call) {
  abandon();
  received_.clear();
  error_.assign(CURL_ERROR_SIZE, '\0');
  request_body_ = call.body;
  headers_.reset();
  add_header("Authorization: " + call.authorization);
  add_header("Accept: application/json");
  CURL* const handle = easy_.get();
  if (call.method == "POST") {
    add_header("Content-Type: application/json");
    add_header("Expect:");
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDS, request_body_.c_str());
    set(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request_body_.size()));
  } else {
    set(handle, CURLOPT_HTTPGET, 1L);
  }
  set(handle, CURLOPT_URL, (origin_.text() + call.target).c_str());
  set(handle, CURLOPT_HTTPHEADER, headers_.get());
  set(handle, CURLOPT_TIMEOUT, static_cast<long>(call.timeout.count()));
  set(handle, CURLOPT_CONNECTTIMEOUT, 10L);
  if (curl_multi_add_handle(multi_.get(), handle) != CURLM_OK) throw Failure("libcurl refused the call");
  busy_ = true;
}

void HttpClient::abandon() {
  if (!busy_) return;
  curl_multi_remove_handle(multi_.get(), easy_.get());
  busy_ = false;
}

std::optional<CURLcode> HttpClient::result_of_exchange() {
  int running = 0;
  if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) throw Failure("libcurl failed");
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
    if (message->msg == CURLMSG_DONE) return message->data.result;
  return std::nullopt;
}

HttpAnswer HttpClient::finish(CURLcode result) {
  abandon();
  if (result == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return {static_cast<int>(status), std::move(received_)};
  }
  const std::string detail =
      sanitize_for_display(error_.front() != '\0' ? error_.c_str() : curl_easy_strerror(result));
  if (is_certificate_problem(result))
    throw Failure("The certificate of " + origin_.text() + " was not accepted: " + detail +
                  ". With a certificate authority of your own, name its file with --ca-file.");
  if (result == CURLE_WRITE_ERROR)
    throw Failure(origin_.text() + " sent an answer that is too long; is it a Toopher server?");
  if (may_work_later(result)) throw Unreachable(origin_.text() + " is not reachable: " + detail);
  throw Failure(origin_.text() + ": " + detail);
}

std::optional<HttpAnswer> HttpClient::wait(const std::vector<int>& descriptors, Milliseconds at_most) {
  const SteadyClock clock;
  const Deadline deadline = Deadline::after(clock, at_most);
  std::vector<curl_waitfd> others;
  others.reserve(descriptors.size());
  for (const int fd : descriptors) others.push_back({fd, CURL_WAIT_POLLIN, 0});
  for (;;) {
    if (busy_)
      if (const std::optional<CURLcode> result = result_of_exchange()) return finish(*result);
    if (is_any_readable(descriptors)) return std::nullopt;
    const auto left = deadline.remaining(clock);
    if (left == Milliseconds::zero()) return std::nullopt;
    if (curl_multi_poll(multi_.get(), others.data(), static_cast<unsigned>(others.size()),
                        static_cast<int>(left.count()), nullptr) != CURLM_OK)
      throw Failure("libcurl cannot wait");
  }
}

}  // namespace toopher::tools
