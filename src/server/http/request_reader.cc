// SPDX-License-Identifier: Apache-2.0
#include "server/http/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/text.h"
#include "server/http/head.h"

namespace toopher::server {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct RequestReader::Parser : http::request_parser<http::string_body> {};

RequestReader::RequestReader(const Limits& limits)
    : max_header_(limits.header), parser_(std::make_unique<Parser>()) {
  parser_->eager(true);
  parser_->header_limit(static_cast<std::uint32_t>(limits.header));
  parser_->body_limit(limits.body);
}

RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::refuse(int status) {
  refused_status_ = status;
  return State::refused;
}

RequestReader::State RequestReader::read(std::string& input) {
  if (!head_done_) {
    const State state = read_head(input);
    if (state != State::complete) return state;
    head_done_ = true;
  }
  return read_body(input);
}

RequestReader::State RequestReader::read_head(std::string& input) {
  // An empty line before the request line is ignored (RFC 9112 section 2.2).
  if (searched_ == 0 && input.starts_with("\r\n")) input.erase(0, 2);
  const auto end = input.find(kHeadEnd, searched_);
  const std::size_t size = end == std::string::npos ? input.size() : end + kHeadEnd.size();
  if (is_no_head(std::string_view(input).substr(searched_, size - searched_))) return refuse(400);
  if (size > max_header_) return refuse(431);
  if (end == std::string::npos) {
    searched_ = input.size() - std::min(input.size(), kHeadEnd.size() - 1);
    return State::incomplete;
  }
  std::string head = input.substr(0, size);
  input.erase(0, size);
  const HeadVerdict verdict = check_head(head);
  close_ = verdict.close;
  if (verdict.status != 0) return refuse(verdict.status);
  boost::system::error_code error;
  parser_->put(asio::buffer(head), error);
  if (error == http::error::body_limit) return refuse(413);
  if ((error && error != http::error::need_more) || !parser_->is_header_done()) return refuse(400);
  return State::complete;
}

RequestReader::State RequestReader::read_body(std::string& input) {
  // Beast asserts that the last chunk, which it has seen begin, comes with this much. No chunked body ends earlier.
  constexpr std::size_t kLastChunk = std::string_view("0\r\n\r\n").size();
  const std::size_t least = parser_->chunked() ? kLastChunk : 1;
  while (!parser_->is_done() && input.size() >= least) {
    boost::system::error_code error;
    const std::size_t used = parser_->put(asio::buffer(input), error);
    input.erase(0, used);
    if (error == http::error::body_limit) return refuse(413);
    if (error && error != http::error::need_more) return refuse(400);
    // The parser limits the body, but waits for the end of chunk extensions and trailers for ever.
    if (error && input.size() > max_header_) return refuse(431);
    if (error || used == 0) break;
  }
  return parser_->is_done() ? State::complete : State::incomplete;
}

bool RequestReader::wants_to_be_told_to_continue() {
  if (!head_done_ || told_to_continue_) return false;
  told_to_continue_ = is_ignoring_case(view(parser_->get()[http::field::expect]), "100-continue");
  return told_to_continue_;
}

Request RequestReader::take() {
  auto& message = parser_->get();
  Request request;
  request.method = view(message.method_string());
  request.target = view(message.target());
  request.host = view(message[http::field::host]);
  request.authorization = view(message[http::field::authorization]);
  request.content_type = view(message[http::field::content_type]);
  request.accept_encoding = view(message[http::field::accept_encoding]);
  request.if_none_match = view(message[http::field::if_none_match]);
  const auto [begin, end] = message.equal_range("X-Forwarded-For");
  for (auto field = begin; field != end; ++field) {
    if (!request.forwarded_for.empty()) request.forwarded_for += ',';
    request.forwarded_for += view(field->value());
  }
  request.body = std::move(message.body());
  return request;
}

bool RequestReader::keeps_alive() const {
  return !close_ && parser_->keep_alive();
}

}  // namespace toopher::server
