# SPDX-License-Identifier: Apache-2.0
# crypto: OpenSSL's primitives behind types that cannot hold a wrong value.
noinst_LIBRARIES += libtoopher_crypto.a
libtoopher_crypto_a_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
libtoopher_crypto_a_SOURCES = \
	crypto/aes_gcm.cc crypto/aes_gcm.h \
	crypto/encoding.cc crypto/encoding.h \
	crypto/hash.cc crypto/hash.h \
	crypto/keys.cc crypto/keys.h \
	crypto/openssl.h \
	crypto/scrypt.cc crypto/scrypt.h \
	crypto/seal.cc crypto/seal.h
