// SPDX-License-Identifier: Apache-2.0
#include "client/revocation_lists.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>

namespace toopher::client {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeList {
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};

/// Calls `take` with each list; false if it says so, there is none, or a block cannot be read.
template <typename Take>
bool for_each(std::string_view pem, Take take) {
  const std::unique_ptr<BIO, FreeBio> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!source) return false;
  bool some = false;
  while (const auto list = std::unique_ptr<X509_CRL, FreeList>(
             PEM_read_bio_X509_CRL(source.get(), nullptr, nullptr, nullptr))) {
    if (!take(list.get())) return false;
    some = true;
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();  // libcurl reads the queue, too
  return some && ended;
}

}  // namespace

bool are_revocation_lists(std::string_view pem) {
  return for_each(pem, [](X509_CRL*) { return true; });
}

bool use_revocation_lists(SSL_CTX* context, std::string_view pem) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  return store != nullptr &&
         for_each(pem, [store](X509_CRL* list) { return X509_STORE_add_crl(store, list) == 1; }) &&
         X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1;
}

}  // namespace toopher::client
