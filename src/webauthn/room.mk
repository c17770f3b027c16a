# SPDX-License-Identifier: Apache-2.0
# webauthn: what a browser's authenticator says of the person before it, and whether it holds.
noinst_LIBRARIES += libtoopher_webauthn.a
libtoopher_webauthn_a_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
libtoopher_webauthn_a_SOURCES = \
	webauthn/authenticator_data.cc webauthn/authenticator_data.h \
	webauthn/ceremony.cc webauthn/ceremony.h \
	webauthn/relying_party.cc webauthn/relying_party.h
