// SPDX-License-Identifier: Apache-2.0
// What broken exchanges mean. Only "unreachable" may let anybody in, so nothing that a local user can cause may become it.
#include <openssl/x509_vfy.h>

#include <cerrno>

#include "client/base_url.h"
#include "client/transport_error.h"
#include "with_cmocka.h"

using namespace toopher::client;

namespace {

struct Row {
  const char* what;
  TransportError error;
  FailureKind kind;
  bool nothing_sent;
};

TransportError transport(CURLcode code, long os_error = 0, const char* detail = "", bool sent = false) {
  TransportError error;
  error.code = code;
  error.os_error = os_error;
  error.detail = detail;
  error.request_begun = sent;
  return error;
}

void only_the_network_makes_a_server_unreachable(void**) {
  const Row rows[] = {
      {"refused", transport(CURLE_COULDNT_CONNECT, ECONNREFUSED), FailureKind::unreachable, true},
      {"no route", transport(CURLE_COULDNT_CONNECT, EHOSTUNREACH), FailureKind::unreachable, true},
      {"no such name", transport(CURLE_COULDNT_RESOLVE_HOST, 0, "Could not resolve host: x"),
       FailureKind::unreachable, true},
      {"black hole", transport(CURLE_OPERATION_TIMEDOUT), FailureKind::unreachable, true},
      {"silent server", transport(CURLE_OPERATION_TIMEDOUT, 0, "", true), FailureKind::unreachable, false},
      {"no thread for the resolver",
       transport(CURLE_COULDNT_RESOLVE_HOST, 0, "getaddrinfo() thread failed to start"),
       FailureKind::internal, true},
      {"no descriptor", transport(CURLE_COULDNT_CONNECT, EMFILE), FailureKind::internal, true},
      {"no socket", transport(CURLE_COULDNT_CONNECT, 0), FailureKind::internal, true},
      {"not permitted", transport(CURLE_COULDNT_CONNECT, EPERM), FailureKind::internal, true},
      {"no room to send", transport(CURLE_SEND_ERROR, ENOBUFS, "Send failure", true), FailureKind::internal,
       false},
      {"no memory to receive", transport(CURLE_RECV_ERROR, ENOMEM, "Recv failure", true),
       FailureKind::internal, false},
      {"no memory to receive, TLS",
       transport(CURLE_RECV_ERROR, 0, "OpenSSL SSL_read: Cannot allocate memory, errno 12", true),
       FailureKind::internal, false},
      {"reset", transport(CURLE_RECV_ERROR, ECONNRESET, "Recv failure: Connection reset by peer", true),
       FailureKind::unreachable, false},
      {"reset, TLS",
       transport(CURLE_RECV_ERROR, 0, "OpenSSL SSL_read: Connection reset by peer, errno 104", true),
       FailureKind::unreachable, false},
      {"no memory", transport(CURLE_OUT_OF_MEMORY), FailureKind::internal, true},
      {"certificate", transport(CURLE_PEER_FAILED_VERIFICATION), FailureKind::tls, true},
      {"late TLS alert", transport(CURLE_RECV_ERROR, 0, "OpenSSL SSL_read: SSL routines::alert", true),
       FailureKind::tls, false},
  };
  const auto server = BaseUrl::parse("https://login.example.org/v1/");
  assert_true(server.has_value());
  for (const Row& row : rows) {
    print_message("  %s\n", row.what);
    const NoAnswer answer = explain(row.error, *server);
    assert_int_equal(static_cast<int>(answer.why.kind), static_cast<int>(row.kind));
    assert_int_equal(answer.nothing_sent, row.nothing_sent);
    assert_true(answer.why.text.starts_with("https://login.example.org"));
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {cmocka_unit_test(only_the_network_makes_a_server_unreachable)};
  return cmocka_run_group_tests_name("client", tests, nullptr, nullptr);
}
