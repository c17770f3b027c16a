// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange at a time over a kept connection, with libcurl held to the rules of a login: verified TLS or this
// machine, no redirects, no environment, bounded answers, one absolute deadline, and an end as soon as the watch says so.
#ifndef TOOPHER_CLIENT_HTTP_H
#define TOOPHER_CLIENT_HTTP_H

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/deadline.h"
#include "base/secret.h"
#include "client/attendance.h"
#include "client/base_url.h"
#include "client/examination.h"
#include "client/result.h"
#include "client/tls_observer.h"
#include "client/watch.h"

namespace toopher::client {

/// How servers are reached and believed.
struct Transport {
  std::string ca_certificates;   ///< PEM text; if set, the only trust anchors
  std::string ca_path;           ///< else the hashed directory of trust anchors
  std::string revocation_lists;  ///< PEM text; if set, what it does not vouch for is not believed
  std::string proxy;  ///< http://host:port, or https://, which is believed as servers are; empty: none. Never
                      ///< for a server on this machine by http
};

struct HttpRequest {
  BaseUrl server;
  std::string path;            ///< below the base URL, with the query
  std::string authorization;   ///< value of that header
  std::optional<Secret> form;  ///< a POST with this body; else a GET
  bool fresh_connection =
      false;  ///< libcurl repeats a request by itself on a kept connection that turns out dead
  Clock::Duration connect_patience =
      Clock::Duration::max();  ///< until the connection must stand, TLS included
};

struct HttpAnswer {
  long status = 0;
  std::string content_type;
  std::string features;                 ///< Toopher-Features
  std::string body;                     ///< at most api::kMaxJsonBytes
  std::chrono::seconds retry_after{0};  ///< 0: not said
  std::optional<std::int64_t> date;     ///< the server's clock, seconds since 1970
};

/// The exchange broke.
struct NoAnswer {
  Failed why;
  bool nothing_sent = false;  ///< no byte of the request can have reached the server
  bool temporary = false;     ///< asking again may help
  bool timed_out = false;     ///< nothing but the time that passed speaks against the server
};

using HttpResult = std::variant<NoAnswer, Abandoned, HttpAnswer>;

class HttpClient {
 public:
  /// Throws std::runtime_error if libcurl cannot start. `clock` and `attendance` must outlive the object.
  HttpClient(Transport transport, const Clock& clock, Attendance& attendance);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient() = default;

  [[nodiscard]] HttpResult exchange(const HttpRequest& request, const Deadline& deadline, const Watch& watch);
  /// The same over a connection of its own, which is described in `seen`.
  [[nodiscard]] HttpResult examine(HttpRequest request, const Deadline& deadline, const Watch& watch,
                                   Connection& seen);

  /// Wipes what the last exchange left in memory; the connection stays.
  void forget_answer();

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  class Transfer;
  struct TlsOptions;
  static const TlsOptions kTlsWithServer;
  static const TlsOptions kTlsWithProxy;

  void set_common_options();
  void set_trust(const TlsOptions& options);
  void prepare(const HttpRequest& request, const Deadline& deadline, curl_slist* headers);
  [[nodiscard]] std::optional<CURLcode> run(const Deadline& deadline, const Watch& watch);
  [[nodiscard]] HttpAnswer answer();
  [[nodiscard]] std::string header(const char* name);
  [[nodiscard]] bool tls_with_proxy_is_open(const BaseUrl& server) const;
  [[nodiscard]] NoAnswer failure(CURLcode code, const BaseUrl& server);

  static std::size_t receive_body(char* data, std::size_t size, std::size_t count, void* self);
  static int before_request(void* self, char*, char*, int, int);
  static CURLcode prepare_tls(CURL* easy, void* context, void* self);

  Transport transport_;
  const Clock& clock_;
  Attendance& attendance_;
  // Declared before the handle, which must go first.
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string body_;
  TlsObserver* observer_ = nullptr;  ///< while somebody looks on
  bool sent_ = false;
  bool too_large_ = false;
};

}  // namespace toopher::client

#endif
