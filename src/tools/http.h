// SPDX-License-Identifier: Apache-2.0
// One HTTPS exchange at a time with one server, waited for together with a terminal or a signal.
#ifndef TOOPHER_TOOLS_HTTP_H
#define TOOPHER_TOOLS_HTTP_H

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/origin.h"

namespace toopher::tools {

struct HttpAnswer {
  int status = 0;
  std::string body;  ///< at most api::kMaxJsonBytes
};

struct HttpCall {
  std::string method;         ///< GET or POST
  std::string target;         ///< path and query, from the first `/`
  std::string body;           ///< JSON; empty with GET
  std::string authorization;  ///< value of the header
  std::chrono::seconds timeout{20};
};

/// Keeps its connection from one exchange to the next. TLS 1.2 or newer, peer and name always verified, no
/// redirects.
class HttpClient {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// `ca_file`: PEM file with the certificate authorities to believe; empty: the system's.
  HttpClient(const Origin& origin, const std::string& ca_file);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient() { abandon(); }

  /// Begins an exchange; one that is under way is given up.
  void start(const HttpCall& call);
  void abandon();
  [[nodiscard]] bool busy() const { return busy_; }

  /// Nothing if `at_most` passed or one of `descriptors` became readable before the answer was complete (or
  /// while no exchange is under way). Throws Unreachable, or Failure where trying again would not help.
  [[nodiscard]] std::optional<HttpAnswer> wait(const std::vector<int>& descriptors, Milliseconds at_most);

 private:
  struct EasyDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct MultiDeleter {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* self);
  void set_permanent_options(const std::string& ca_file);
  void add_header(const std::string& line);
  [[nodiscard]] std::optional<CURLcode> result_of_exchange();
  [[nodiscard]] HttpAnswer finish(CURLcode result);

  Origin origin_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::string request_body_;
  std::string received_;
  std::string error_;
  bool busy_ = false;
};

}  // namespace toopher::tools

#endif
