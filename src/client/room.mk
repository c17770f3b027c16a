# SPDX-License-Identifier: Apache-2.0
# client: the Toopher API as a requester speaks it, over libcurl.
noinst_LIBRARIES += libtoopher_client.a
libtoopher_client_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
libtoopher_client_a_SOURCES = \
	client/answer.cc client/answer.h \
	client/attendance.h \
	client/examination.h \
	client/tls_observer.cc client/tls_observer.h \
	client/base_url.cc client/base_url.h \
	client/http.cc client/http.h \
	client/login_api.h \
	client/pem.h \
	client/requests.cc client/requests.h \
	client/revocation_lists.cc client/revocation_lists.h \
	client/result.h \
	client/toopher_api.cc client/toopher_api.h \
	client/transport_error.cc client/transport_error.h \
	client/trust_anchors.cc client/trust_anchors.h \
	client/watch.cc client/watch.h
