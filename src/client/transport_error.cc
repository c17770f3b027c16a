// SPDX-License-Identifier: Apache-2.0
#include "client/transport_error.h"

#include <openssl/x509_vfy.h>

#include <cerrno>
#include <string_view>

#include "base/text.h"

namespace toopher::client {
namespace {

/// With TLS 1.3 the server's alert about the handshake may come when the answer is due.
bool is_tls_error(const TransportError& error) {
  if (error.detail.find("SSL routines") != std::string::npos) return true;
  switch (error.code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_USE_SSL_FAILED:
      return true;
    default:
      return false;
  }
}

/// What a network and the program at its other end can cause; anything else is a fault of this machine.
bool is_network_error(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return true;
    default:
      return false;
  }
}

/// errno of the call that failed; 0 if libcurl does not tell. Of a TLS connection it says so in its text only.
long os_error_of(const TransportError& error) {
  constexpr std::string_view kTold = ", errno ";
  const auto told = error.detail.rfind(kTold);
  if (error.os_error != 0 || told == std::string::npos) return error.os_error;
  return static_cast<long>(
      parse_decimal(std::string_view(error.detail).substr(told + kTold.size()), 4095).value_or(0));
}

/// What a network makes of an attempt to connect.
bool is_no_connection(long os_error) {
  switch (os_error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
      return true;
    default:
      return false;
  }
}

/// What this machine, or its owner, makes of bytes on a connection that stands.
bool is_shortage(long os_error) {
  switch (os_error) {
    case ENOMEM:
    case ENOBUFS:
    case EMFILE:
    case ENFILE:
    case EPERM:
    case EACCES:
      return true;
    default:
      return false;
  }
}

/// A machine short of threads, descriptors or memory is no outage of the server: a local user can bring that about, and an
/// outage may let in. So a failed connection counts only with an error that the network gives, and a broken one only without
/// one that this machine gives.
bool is_local_fault(const TransportError& error) {
  if (error.detail.find("thread failed to start") != std::string::npos) return true;
  if (error.code == CURLE_COULDNT_CONNECT) return !is_no_connection(error.os_error);
  return (error.code == CURLE_SEND_ERROR || error.code == CURLE_RECV_ERROR) &&
         is_shortage(os_error_of(error));
}

std::string certificate_problem(const TransportError& error) {
  switch (error.verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "certificate has expired";
    case X509_V_ERR_CERT_REVOKED:
      return "certificate was revoked";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return "certificate is of an authority whose revocation list is missing or out of date; see crl-file";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate is not valid yet; check the clocks of both machines";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "certificate is not signed by a trusted authority; see ca-file and ca-path";
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:  // the chain was not the problem: libcurl compares the name first
      return "certificate is for another name";
    default:
      return std::string("certificate is not valid: ") + X509_verify_cert_error_string(error.verify_result);
  }
}

std::string tls_problem(const TransportError& error) {
  if (error.code == CURLE_PEER_FAILED_VERIFICATION) return certificate_problem(error);
  if (error.code == CURLE_SSL_CACERT_BADFILE)
    return "the trust anchors cannot be read; see ca-file and ca-path";
  return "TLS failed: " + error.detail;
}

std::string no_connection(const TransportError& error) {
  switch (error.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "the host name cannot be resolved";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the proxy's name cannot be resolved";
    case CURLE_OPERATION_TIMEDOUT:
      return "no connection in time";
    default:
      return "no connection: " + error.detail;
  }
}

NoAnswer broken_answer(const TransportError& error, const std::string& prefix) {
  NoAnswer result{{FailureKind::protocol, {}}, false, false};
  if (error.too_large || error.code == CURLE_FILESIZE_EXCEEDED) {
    result.why.text = prefix + "the answer is larger than any Toopher server sends";
  } else if (error.code == CURLE_OPERATION_TIMEDOUT) {
    result.why.text = prefix + "the answer did not end in time";
    result.temporary = true;
  } else if (error.code == CURLE_PARTIAL_FILE || error.code == CURLE_RECV_ERROR) {
    result.why.text = prefix + "the answer broke off";
    result.temporary = true;
  } else {
    result.why.text = prefix + "the answer is not HTTP as it should be: " + error.detail;
  }
  return result;
}

NoAnswer no_answer_at_all(const TransportError& error, const std::string& prefix) {
  switch (error.code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {{FailureKind::unreachable, prefix + "no answer in time"}, false, true, true};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {{FailureKind::unreachable, prefix + "the connection broke before an answer came"}, false, true};
    default:
      return {{FailureKind::protocol, prefix + "the answer is not HTTP: " + error.detail}, false, false};
  }
}

}  // namespace

NoAnswer explain(const TransportError& error, const BaseUrl& server) {
  const std::string prefix = server.origin() + ": ";
  const bool nothing_sent = !error.request_begun;
  if (is_tls_error(error)) {
    const std::string peer = error.proxy.empty() ? prefix : error.proxy + " (the proxy): ";
    return {{FailureKind::tls, peer + tls_problem(error)}, nothing_sent, false};
  }
  if (!is_network_error(error.code) || is_local_fault(error))
    return {{FailureKind::internal, prefix + curl_easy_strerror(error.code) + ": " + error.detail},
            nothing_sent,
            false};
  if (nothing_sent)
    return {{FailureKind::unreachable, prefix + no_connection(error)},
            true,
            true,
            error.code == CURLE_OPERATION_TIMEDOUT};
  if (error.answer_begun) return broken_answer(error, prefix);
  return no_answer_at_all(error, prefix);
}

}  // namespace toopher::client
