# SPDX-License-Identifier: Apache-2.0
# tools: toopher-authenticator (the phone, in a terminal) and toopher-pair.
noinst_LIBRARIES += libtoopher_authenticator.a
libtoopher_authenticator_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS) $(OPENSSL_CFLAGS)
libtoopher_authenticator_a_SOURCES = \
	tools/authenticator_api.cc tools/authenticator_api.h \
	tools/authenticator_commands.cc tools/authenticator_commands.h \
	tools/authenticator_device.cc tools/authenticator_device.h \
	tools/authenticator_watch.cc \
	tools/device_state.cc tools/device_state.h \
	tools/failure.h \
	tools/http.cc tools/http.h \
	tools/origin.cc tools/origin.h \
	tools/shown.cc tools/shown.h \
	tools/terminal.cc tools/terminal.h

bin_PROGRAMS += toopher-authenticator
toopher_authenticator_SOURCES = tools/authenticator.cc
toopher_authenticator_CPPFLAGS = $(libtoopher_authenticator_a_CPPFLAGS)
toopher_authenticator_LDADD = libtoopher_authenticator.a libtoopher_device.a libtoopher_otp.a libtoopher_crypto.a \
	libtoopher_api.a libtoopher_base.a $(CURL_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS)

# toopher-login tries the module out; it is not installed.
noinst_PROGRAMS += toopher-login
toopher_login_SOURCES = tools/toopher_login.cc
toopher_login_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
toopher_login_LDADD = $(PAM_LIBS) -lpam_misc
