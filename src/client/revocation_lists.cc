// SPDX-License-Identifier: Apache-2.0
#include "client/revocation_lists.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "client/pem.h"

namespace toopher::client {
namespace {

template <typename Take>
bool for_each_list(std::string_view pem, Take take) {
  return for_each_in_pem(pem, &PEM_read_bio_X509_CRL, &X509_CRL_free, take);
}

}  // namespace

bool are_revocation_lists(std::string_view pem) {
  return for_each_list(pem, [](X509_CRL*) { return true; });
}

bool use_revocation_lists(SSL_CTX* context, std::string_view pem) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  return store != nullptr &&
         for_each_list(pem, [store](X509_CRL* list) { return X509_STORE_add_crl(store, list) == 1; }) &&
         X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1;
}

}  // namespace toopher::client
