# SPDX-License-Identifier: Apache-2.0
# tools: toopher-authenticator (the phone, in a terminal), toopher-pair, toopher-check, toopher-login.
noinst_LIBRARIES += libtoopher_tools.a
libtoopher_tools_a_CPPFLAGS = $(AM_CPPFLAGS) $(QRENCODE_CFLAGS)
libtoopher_tools_a_SOURCES = \
	tools/failure.h \
	tools/terminal.cc tools/terminal.h \
	tools/terminal_qr.cc tools/terminal_qr.h

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
toopher_pair_SOURCES = tools/toopher_pair.cc \
	tools/offline_codes.cc tools/offline_codes.h \
	tools/approval.cc tools/approval.h \
	tools/code_app.cc tools/code_app.h \
	tools/helper_talk.cc tools/helper_talk.h \
	tools/pairing.cc tools/pairing.h \
	tools/recovery_codes.cc tools/recovery_codes.h
toopher_pair_LDADD = libtoopher_tools.a libtoopher_protocol.a libtoopher_config.a libtoopher_base.a $(QRENCODE_LIBS)

# toopher-login tries the module out; it is not installed.
noinst_PROGRAMS += toopher-login
toopher_login_SOURCES = tools/toopher_login.cc
toopher_login_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
toopher_login_LDADD = $(PAM_LIBS) -lpam_misc

noinst_LIBRARIES += libtoopher_check.a
libtoopher_check_a_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS) $(JANSSON_CFLAGS) -DPAMDIR='"$(pamdir)"'
libtoopher_check_a_SOURCES = \
	tools/check_command_line.cc tools/check_command_line.h \
	tools/check_dispatch.cc tools/check_dispatch.h \
	tools/check_files.cc tools/check_files.h \
	tools/check_finding.cc tools/check_finding.h \
	tools/check_installation.cc tools/check_installation.h \
	tools/check_login.cc tools/check_login.h \
	tools/check_server.cc tools/check_server.h \
	tools/check_services.cc tools/check_services.h \
	tools/check_sshd.cc tools/check_sshd.h \
	tools/check_stack.cc tools/check_stack.h \
	tools/check_upgrade.cc tools/check_upgrade.h \
	tools/check_verdict.cc tools/check_verdict.h

sbin_PROGRAMS += toopher-check
toopher_check_SOURCES = tools/toopher_check.cc
toopher_check_LDADD = libtoopher_check.a libtoopher_tools.a libtoopher_protocol.a libtoopher_config.a libtoopher_api.a \
	libtoopher_base.a $(PAM_LIBS) -lpam_misc $(JANSSON_LIBS)
