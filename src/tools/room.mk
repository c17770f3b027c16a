# SPDX-License-Identifier: Apache-2.0
# tools: toopher-authenticator (the phone, in a terminal), toopher-pair, toopher-login.
noinst_LIBRARIES += libtoopher_tools.a
libtoopher_tools_a_SOURCES = \
	tools/failure.h \
	tools/terminal.cc tools/terminal.h

noinst_LIBRARIES += libtoopher_authenticator.a
libtoopher_authenticator_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS) $(OPENSSL_CFLAGS)
libtoopher_authenticator_a_SOURCES = \
	tools/authenticator_api.cc tools/authenticator_api.h \
	tools/authenticator_commands.cc tools/authenticator_commands.h \
	tools/authenticator_device.cc tools/authenticator_device.h \
	tools/authenticator_watch.cc \
	tools/device_state.cc tools/device_state.h \
	tools/http.cc tools/http.h \
	tools/origin.cc tools/origin.h \
	tools/shown.cc tools/shown.h

bin_PROGRAMS += toopher-authenticator
toopher_authenticator_SOURCES = tools/authenticator.cc
toopher_authenticator_CPPFLAGS = $(libtoopher_authenticator_a_CPPFLAGS)
toopher_authenticator_LDADD = libtoopher_authenticator.a libtoopher_tools.a libtoopher_device.a libtoopher_otp.a \
	libtoopher_crypto.a libtoopher_api.a libtoopher_base.a $(CURL_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS)

bin_PROGRAMS += toopher-pair
toopher_pair_SOURCES = tools/toopher_pair.cc tools/pairing.cc tools/pairing.h
toopher_pair_LDADD = libtoopher_tools.a libtoopher_protocol.a libtoopher_config.a libtoopher_base.a

# toopher-login tries the module out; it is not installed.
noinst_PROGRAMS += toopher-login
toopher_login_SOURCES = tools/toopher_login.cc
toopher_login_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
toopher_login_LDADD = $(PAM_LIBS) -lpam_misc
