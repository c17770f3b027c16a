// SPDX-License-Identifier: Apache-2.0
// The blocks of a PEM text, one after the other.
#ifndef TOOPHER_CLIENT_PEM_H
#define TOOPHER_CLIENT_PEM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <memory>
#include <string_view>

namespace toopher::client {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

/// Calls `take` with each object that `read` (PEM_read_bio_...(3)) finds and `release` frees. False if `take` says so, there is
/// none, or a block cannot be read.
template <typename Object, typename Take>
bool for_each_in_pem(std::string_view pem, Object* (*read)(BIO*, Object**, pem_password_cb*, void*),
                     void (*release)(Object*), Take take) {
  const std::unique_ptr<BIO, FreeBio> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!source) return false;
  bool some = false;
  while (const auto object = std::unique_ptr<Object, void (*)(Object*)>(
             read(source.get(), nullptr, nullptr, nullptr), release)) {
    if (!take(object.get())) return false;
    some = true;
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();  // libcurl reads the queue, too
  return some && ended;
}

}  // namespace toopher::client

#endif
