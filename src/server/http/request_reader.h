// SPDX-License-Identifier: Apache-2.0
// Makes one request of bytes as they arrive, within limits.
#ifndef TOOPHER_SERVER_HTTP_REQUEST_READER_H
#define TOOPHER_SERVER_HTTP_REQUEST_READER_H

#include <memory>
#include <string>

#include "server/http/limits.h"
#include "server/http/message.h"

namespace toopher::server {

class RequestReader {
 public:
  enum class State { incomplete, complete, refused };

  explicit RequestReader(const Limits& limits);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader();

  /// Takes from the beginning of `input` what belongs to the request; what follows it stays.
  State read(std::string& input);
  /// True once, when the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
  [[nodiscard]] bool wants_to_be_told_to_continue();
  /// Why it was refused, as an HTTP status.
  [[nodiscard]] int refused_status() const { return refused_status_; }
  /// The complete request, without the address.
  [[nodiscard]] Request take();
  /// Whether a further request may follow on the connection.
  [[nodiscard]] bool keeps_alive() const;

 private:
  struct Parser;
  State read_head(std::string& input);
  State read_body(std::string& input);
  State refuse(int status);

  std::size_t max_header_;
  std::unique_ptr<Parser> parser_;
  std::size_t searched_ = 0;  ///< bytes of an incomplete head in which its end is not
  int refused_status_ = 400;
  bool head_done_ = false;
  bool close_ = false;
  bool told_to_continue_ = false;
};

}  // namespace toopher::server

#endif
