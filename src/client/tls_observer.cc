// SPDX-License-Identifier: Apache-2.0
#include "client/tls_observer.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "client/pem.h"

namespace toopher::client {
namespace {

int index_of_observer() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

/// OpenSSL asks for each certificate whether its verdict stands; it does.
int look(int verdict, X509_STORE_CTX* store) noexcept {
  const auto* const ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const observer =
      static_cast<TlsObserver*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), index_of_observer()));
  if (observer == nullptr) return verdict;
  try {
    observer->version = SSL_get_version(ssl);
    observer->chain.clear();
    const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(store);
    for (int i = 0; i < sk_X509_num(chain); ++i) {
      const X509* const each = sk_X509_value(chain, i);
      observer->chain.push_back({text_of(X509_get_subject_name(each)), text_of(X509_get_issuer_name(each)),
                                 seconds_of(X509_get0_notBefore(each)),
                                 seconds_of(X509_get0_notAfter(each))});
    }
  } catch (const std::bad_alloc&) {
    observer->chain.clear();
  }
  return verdict;
}

}  // namespace

TlsObserver::TlsObserver(CURL* easy, TlsObserver*& place) : easy_(easy), place_(place) {
  place_ = this;
  // A resumed session shows no certificates, and a kept connection would still know this object.
  curl_easy_setopt(easy_, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, 1L);
}

TlsObserver::~TlsObserver() {
  place_ = nullptr;
  curl_easy_setopt(easy_, CURLOPT_SSL_SESSIONID_CACHE, 1L);
  curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, 0L);
}

bool TlsObserver::attach(SSL_CTX* context) {
  // What an https proxy has shown before is not the server's.
  version.clear();
  chain.clear();
  if (SSL_CTX_set_ex_data(context, index_of_observer(), this) != 1) return false;
  SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), &look);
  return true;
}

}  // namespace toopher::client
