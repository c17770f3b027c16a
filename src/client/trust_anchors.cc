// SPDX-License-Identifier: Apache-2.0
#include "client/trust_anchors.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace toopher::client {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

bool are_trust_anchors(std::string_view pem) {
  const std::unique_ptr<BIO, FreeBio> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!source) return false;
  bool some = false;
  while (const auto certificate = std::unique_ptr<X509, FreeCertificate>(
             PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr)))
    some = true;
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();  // libcurl reads the queue, too
  return some && ended;
}

}  // namespace toopher::client
