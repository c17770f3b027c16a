# SPDX-License-Identifier: Apache-2.0
# webpush: what a push service and a browser understand, as bytes and texts; it opens no connection.
noinst_LIBRARIES += libtoopher_webpush.a
libtoopher_webpush_a_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
libtoopher_webpush_a_SOURCES = \
	webpush/content_coding.cc webpush/content_coding.h \
	webpush/endpoint.cc webpush/endpoint.h \
	webpush/encryption.cc webpush/encryption.h \
	webpush/hosts.cc webpush/hosts.h \
	webpush/vapid.cc webpush/vapid.h
