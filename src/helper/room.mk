# SPDX-License-Identifier: Apache-2.0
# helper: toopher-helper, and the protocol between it and its callers (a library of its own: it links base only).
noinst_LIBRARIES += libtoopher_protocol.a
libtoopher_protocol_a_SOURCES = \
	helper/channel.cc helper/channel.h \
	helper/launch.cc helper/launch.h \
	helper/peer.cc helper/peer.h \
	helper/protocol.cc helper/protocol.h \
	helper/reach.cc helper/reach.h

noinst_LIBRARIES += libtoopher_helper.a
libtoopher_helper_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
libtoopher_helper_a_SOURCES = \
	helper/activation.cc helper/activation.h \
	helper/answers.cc helper/answers.h \
	helper/api_pool.cc helper/api_pool.h \
	helper/caller.cc helper/caller.h \
	helper/file_stamps.cc helper/file_stamps.h \
	helper/landlock.cc helper/landlock.h \
	helper/offline_codes.cc helper/offline_codes.h \
	helper/places.cc helper/places.h \
	helper/rate_limit.cc helper/rate_limit.h \
	helper/nobody.cc helper/nobody.h \
	helper/sandbox.cc helper/sandbox.h \
	helper/service.cc helper/service.h \
	helper/session.cc helper/session.h \
	helper/settings.cc helper/settings.h \
	helper/start.cc helper/start.h \
	helper/terminal_id.cc helper/terminal_id.h \
	helper/user_file.cc helper/user_file.h

pkglibexec_PROGRAMS += toopher-helper
toopher_helper_SOURCES = helper/main.cc helper/wiping.cc helper/wiping.h base/wiping_delete.cc
toopher_helper_CPPFLAGS = $(libtoopher_helper_a_CPPFLAGS)
toopher_helper_LDFLAGS = $(AM_LDFLAGS) -static-libstdc++ -static-libgcc
toopher_helper_LDADD = libtoopher_helper.a libtoopher_protocol.a libtoopher_client.a libtoopher_offline.a libtoopher_config.a \
	libtoopher_otp.a libtoopher_api.a libtoopher_oauth.a libtoopher_crypto.a libtoopher_base.a \
	$(CURL_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS)
