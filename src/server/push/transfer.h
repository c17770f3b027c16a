// SPDX-License-Identifier: Apache-2.0
// One POST by libcurl, to an address that may be called.
#ifndef TOOPHER_SERVER_PUSH_TRANSFER_H
#define TOOPHER_SERVER_PUSH_TRANSFER_H

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace toopher::server::push {

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;  ///< `Name: value`
  std::string body;
  bool any_address = false;  ///< the operator named this place: its address may be a private one
};

/// How one try ended.
struct Reply {
  int status = 0;                ///< 0: there was none
  std::string why;               ///< where there was none: what libcurl says, for people
  bool lasting = false;          ///< and trying again would change nothing
  std::chrono::seconds wait{0};  ///< what Retry-After asks for
};

/// Part of a multi handle for as long as it lives. No redirect is followed, no proxy is used, and of the answer's body
/// little is read.
class Transfer {
 public:
  /// Throws std::runtime_error.
  Transfer(CURLM* multi, HttpPost post);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  /// After libcurl has told that it is done with `code`.
  [[nodiscard]] Reply reply(CURLcode code) const;

 private:
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  void set_options();

  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  CURLM* multi_;
  HttpPost post_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::size_t body_size_ = 0;
  bool address_refused_ = false;
};

}  // namespace toopher::server::push

#endif
