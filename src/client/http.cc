// SPDX-License-Identifier: Apache-2.0
#include "client/http.h"

#include <algorithm>
#include <climits>
#include <stdexcept>

#include "api/json.h"
#include "client/revocation_lists.h"
#include "client/transport_error.h"
#include "config.h"

namespace toopher::client {
namespace {

/// Longer than any deadline; a server may write any number.
constexpr std::chrono::seconds kLongestRetryAfter{86400};

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

HeaderList request_headers(const std::string& authorization) {
  HeaderList headers(curl_slist_append(nullptr, ("Authorization: " + authorization).c_str()));
  if (!headers || !curl_slist_append(headers.get(), "Accept: application/json")) throw std::bad_alloc();
  return headers;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK)
    throw std::runtime_error("libcurl does not know option " + std::to_string(static_cast<int>(option)));
}

std::vector<curl_waitfd> wait_descriptors(const Watch& watch) {
  std::vector<curl_waitfd> result;
  result.reserve(watch.items.size());
  // A hang-up is reported even where no event is asked for.
  for (const pollfd& item : watch.items)
    result.push_back({item.fd, static_cast<short>((item.events & POLLIN) != 0 ? CURL_WAIT_POLLIN : 0), 0});
  return result;
}

}  // namespace

/// What libcurl calls the options of TLS with one kind of peer.
struct HttpClient::TlsOptions {
  CURLoption version, verify_peer, verify_host, ca_file, ca_path, ca_certificates;
};

constexpr HttpClient::TlsOptions HttpClient::kTlsWithServer{CURLOPT_SSLVERSION,     CURLOPT_SSL_VERIFYPEER,
                                                            CURLOPT_SSL_VERIFYHOST, CURLOPT_CAINFO,
                                                            CURLOPT_CAPATH,         CURLOPT_CAINFO_BLOB};
constexpr HttpClient::TlsOptions HttpClient::kTlsWithProxy{
    CURLOPT_PROXY_SSLVERSION, CURLOPT_PROXY_SSL_VERIFYPEER, CURLOPT_PROXY_SSL_VERIFYHOST,
    CURLOPT_PROXY_CAINFO,     CURLOPT_PROXY_CAPATH,         CURLOPT_PROXY_CAINFO_BLOB};

/// The time a handle is part of the multi handle.
class HttpClient::Transfer {
 public:
  Transfer(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {
    if (curl_multi_add_handle(multi, easy) != CURLM_OK)
      throw std::runtime_error("libcurl refuses a transfer");
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { curl_multi_remove_handle(multi_, easy_); }

 private:
  CURLM* multi_;
  CURL* easy_;
};

HttpClient::HttpClient(Transport transport, const Clock& clock, Attendance& attendance)
    : transport_(std::move(transport)),
      clock_(clock),
      attendance_(attendance),
      multi_(curl_multi_init()),
      easy_(curl_easy_init()) {
  if (!multi_ || !easy_) throw std::runtime_error("libcurl cannot be started");
  set_common_options();
}

void HttpClient::set_common_options() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  set(easy, CURLOPT_WRITEFUNCTION, &receive_body);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_PREREQFUNCTION, &before_request);
  set(easy, CURLOPT_PREREQDATA, this);
  set(easy, CURLOPT_USERAGENT, "toopher-helper/" PACKAGE_VERSION);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A hung resolver thread must not hold up the answer to the caller.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_MAXFILESIZE, static_cast<long>(api::kMaxJsonBytes));
  set(easy, CURLOPT_SSL_CTX_FUNCTION, &prepare_tls);
  set(easy, CURLOPT_SSL_CTX_DATA, this);
  set_trust(kTlsWithServer);
  set_trust(kTlsWithProxy);
}

void HttpClient::set_trust(const TlsOptions& options) {
  CURL* easy = easy_.get();
  set(easy, options.version, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, options.verify_peer, 1L);
  set(easy, options.verify_host, 2L);
  // libcurl's default is the whole bundle, and parsing it costs eight times the rest of a login.
  set(easy, options.ca_file, static_cast<char*>(nullptr));
  if (transport_.ca_certificates.empty()) {
    set(easy, options.ca_path, transport_.ca_path.c_str());
  } else {
    set(easy, options.ca_path, static_cast<char*>(nullptr));
    curl_blob pem{transport_.ca_certificates.data(), transport_.ca_certificates.size(), CURL_BLOB_NOCOPY};
    set(easy, options.ca_certificates, &pem);
  }
}

CURLcode HttpClient::prepare_tls(CURL* /*easy*/, void* context, void* self) {
  auto& client = *static_cast<HttpClient*>(self);
  auto* const ssl = static_cast<SSL_CTX*>(context);
  const std::string& lists = client.transport_.revocation_lists;
  if (!lists.empty() && !use_revocation_lists(ssl, lists)) return CURLE_SSL_CRL_BADFILE;
  if (client.observer_ != nullptr && !client.observer_->attach(ssl)) return CURLE_OUT_OF_MEMORY;
  return CURLE_OK;
}

void HttpClient::prepare(const HttpRequest& request, const Deadline& deadline, curl_slist* headers) {
  CURL* easy = easy_.get();
  const auto left = std::clamp<Clock::Duration::rep>(deadline.remaining(clock_).count(), 1, LONG_MAX);
  set(easy, CURLOPT_URL, (request.server.text() + request.path).c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, request.server.encrypted() ? "https" : "http");
  set(easy, CURLOPT_HTTPHEADER, headers);
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      std::min(static_cast<long>(left),
               static_cast<long>(std::max<Clock::Duration::rep>(request.connect_patience.count(), 1))));
  // A proxy would read what is meant for this machine, and would look for it on its own.
  set(easy, CURLOPT_PROXY, request.server.encrypted() ? transport_.proxy.c_str() : "");
  set(easy, CURLOPT_FRESH_CONNECT, request.fresh_connection ? 1L : 0L);
  if (request.form) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form->size()));
    set(easy, CURLOPT_POSTFIELDS, request.form->view().data());
  } else {
    set(easy, CURLOPT_HTTPGET, 1L);
  }
  error_.fill('\0');
  body_.clear();
  sent_ = false;
  too_large_ = false;
}

HttpResult HttpClient::exchange(const HttpRequest& request, const Deadline& deadline, const Watch& watch) {
  const HeaderList headers = request_headers(request.authorization);
  prepare(request, deadline, headers.get());
  const auto code = run(deadline, watch);
  if (!code) return Abandoned{};
  if (*code != CURLE_OK) return failure(*code, request.server);
  return answer();
}

HttpResult HttpClient::examine(HttpRequest request, const Deadline& deadline, const Watch& watch,
                               Connection& seen) {
  TlsObserver observer(easy_.get(), observer_);
  request.fresh_connection = true;
  HttpResult result = exchange(request, deadline, watch);
  const char* address = nullptr;
  curl_off_t microseconds = 0;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != nullptr)
    seen.address = address;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &microseconds) == CURLE_OK)
    seen.duration = std::chrono::milliseconds(microseconds / 1000);
  seen.tls_version = std::move(observer.version);
  seen.chain = std::move(observer.chain);
  return result;
}

void HttpClient::forget_answer() {
  wipe(body_);
  error_.fill('\0');
  // The handle keeps the address of a form that is gone.
  set(easy_.get(), CURLOPT_HTTPGET, 1L);
  set(easy_.get(), CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
  set(easy_.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
}

/// The transfer's end, or nothing if the watch ended it.
std::optional<CURLcode> HttpClient::run(const Deadline& deadline, const Watch& watch) {
  const Transfer transfer(multi_.get(), easy_.get());
  auto descriptors = wait_descriptors(watch);
  Deadline last = deadline;
  bool lingering = false;
  for (;;) {
    int running = 0;
    int queued = 0;
    if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued)) return message->data.result;
    if (!lingering && watch.triggered()) {
      lingering = true;
      descriptors.clear();
      last = Deadline(std::min(deadline.at(), Deadline::after(clock_, watch.linger).at()));
    }
    if (last.expired(clock_)) return lingering ? std::nullopt : std::optional(CURLE_OPERATION_TIMEDOUT);
    const auto piece = std::min(last.remaining(clock_), Attendance::kPiece);
    attendance_.during(piece, [&] {
      return curl_multi_poll(multi_.get(), descriptors.data(), static_cast<unsigned>(descriptors.size()),
                             static_cast<int>(piece.count()), nullptr);
    });
  }
}

HttpAnswer HttpClient::answer() {
  HttpAnswer result;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &result.status);
  curl_off_t retry_after = 0;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0)
    result.retry_after = std::min(std::chrono::seconds(retry_after), kLongestRetryAfter);
  result.content_type = header("Content-Type");
  result.features = header("Toopher-Features");
  if (const auto date = curl_getdate(header("Date").c_str(), nullptr); date > 0) result.date = date;
  result.body = std::move(body_);
  return result;
}

std::string HttpClient::header(const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

/// TLS with an https proxy comes before CONNECT and its answer. A kept connection, which has that behind it, may have broken
/// after the request was sent, so that libcurl made another one.
bool HttpClient::tls_with_proxy_is_open(const BaseUrl& server) const {
  long answer_to_connect = 0;
  long connections = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &answer_to_connect);
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connections);
  return server.encrypted() && transport_.proxy.starts_with("https://") && connections > 0 &&
         answer_to_connect == 0;
}

NoAnswer HttpClient::failure(CURLcode code, const BaseUrl& server) {
  const bool at_proxy = tls_with_proxy_is_open(server);
  long status = 0;
  long verify_result = 0;
  long os_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy_.get(), at_proxy ? CURLINFO_PROXY_SSL_VERIFYRESULT : CURLINFO_SSL_VERIFYRESULT,
                    &verify_result);
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
  return explain({code, too_large_, status != 0, sent_, verify_result,
                  at_proxy ? transport_.proxy : std::string(), os_error, error_.data()},
                 server);
}

std::size_t HttpClient::receive_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& client = *static_cast<HttpClient*>(self);
  const std::size_t bytes = size * count;
  if (bytes > api::kMaxJsonBytes - client.body_.size()) {
    client.too_large_ = true;
    return 0;
  }
  try {
    client.body_.append(data, bytes);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return bytes;
}

int HttpClient::before_request(void* self, char*, char*, int, int) {
  static_cast<HttpClient*>(self)->sent_ = true;
  return CURL_PREREQFUNC_OK;
}

}  // namespace toopher::client
