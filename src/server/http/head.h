// SPDX-License-Identifier: Apache-2.0
// The head of a request (request line and header fields) before anything is made of it: what two readers could understand
// differently is refused here, so that nothing can be smuggled past a balancer (RFC 9112 section 11.2).
#ifndef TOOPHER_SERVER_HTTP_HEAD_H
#define TOOPHER_SERVER_HTTP_HEAD_H

#include <cstddef>
#include <string>
#include <string_view>

namespace toopher::server {

inline constexpr std::size_t kMaxFields = 64;  // header fields of one request

/// What is to be answered instead of reading on; 0: nothing is wrong.
struct HeadVerdict {
  int status = 0;
  bool close = false;  ///< the connection ends after the answer, as RFC 9112 section 6.1 asks
};

/// Whether `text`, the beginning of a head, cannot become one: a control character, as in a TLS handshake.
[[nodiscard]] bool is_no_head(std::string_view text);

/// Checks a whole head, with its last empty line: 400 unless every line ends in CR LF and is a field, there is one Host
/// (none is possible before HTTP/1.1), and the length of the body can be read in one way only; 431 above kMaxFields fields.
/// A Content-Length beside `Transfer-Encoding: chunked` is removed from `head`: PHP's HTTP_Request2 sends both, and RFC 9112
/// section 6.3 lets the latter count alone.
[[nodiscard]] HeadVerdict check_head(std::string& head);

}  // namespace toopher::server

#endif
