# SPDX-License-Identifier: Apache-2.0
# One program a room, each with cmocka's main loop.
if CMOCKA
check_PROGRAMS += unit/base_test
TESTS += unit/base_test
endif
unit_base_test_SOURCES = unit/base_test.cc
unit_base_test_LDADD = $(ROOM)base.a $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/base_files_test unit/crypto_test unit/oauth_test unit/otp_test unit/device_test unit/api_test
TESTS += unit/base_files_test unit/crypto_test unit/oauth_test unit/otp_test unit/device_test unit/api_test
endif
unit_base_files_test_SOURCES = unit/base_files_test.cc
unit_base_files_test_LDADD = $(ROOM)base.a $(CMOCKA_LIBS)
unit_crypto_test_SOURCES = unit/crypto_test.cc vectors.h
unit_crypto_test_LDADD = $(ROOM)crypto.a $(ROOM)base.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)
unit_oauth_test_SOURCES = unit/oauth_test.cc vectors.h
unit_oauth_test_LDADD = $(ROOM)oauth.a $(ROOM)crypto.a $(ROOM)base.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)
unit_otp_test_SOURCES = unit/otp_test.cc vectors.h
unit_otp_test_LDADD = $(ROOM)otp.a $(ROOM)crypto.a $(ROOM)base.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)
unit_device_test_SOURCES = unit/device_test.cc vectors.h
unit_device_test_LDADD = $(ROOM)device.a $(ROOM)otp.a $(ROOM)crypto.a $(ROOM)base.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)
unit_api_test_SOURCES = unit/api_test.cc
unit_api_test_LDADD = $(ROOM)api.a $(ROOM)base.a $(JANSSON_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/webpush_test
TESTS += unit/webpush_test
endif
unit_webpush_test_SOURCES = unit/webpush_test.cc vectors.h
unit_webpush_test_LDADD = $(ROOM)webpush.a $(ROOM)crypto.a $(ROOM)base.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/webauthn_test
TESTS += unit/webauthn_test
endif
unit_webauthn_test_SOURCES = unit/webauthn_test.cc unit/fake_authenticator.h
unit_webauthn_test_LDADD = $(ROOM)webauthn.a $(ROOM)api.a $(ROOM)crypto.a $(ROOM)base.a $(JANSSON_LIBS) $(OPENSSL_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/config_test unit/earlier_files_test
TESTS += unit/config_test unit/earlier_files_test
endif
unit_earlier_files_test_SOURCES = unit/earlier_files_test.cc
unit_earlier_files_test_LDADD = $(ROOM)config.a $(ROOM)base.a $(CMOCKA_LIBS)
unit_config_test_SOURCES = unit/config_test.cc
unit_config_test_LDADD = $(ROOM)config.a $(ROOM)base.a $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/login_test unit/policy_test
TESTS += unit/login_test unit/policy_test
endif
unit_policy_test_SOURCES = unit/policy_test.cc
unit_policy_test_LDADD = $(ROOM)pam.a $(ROOM)config.a $(ROOM)protocol.a $(ROOM)base.a $(PAM_LIBS) $(CMOCKA_LIBS)
unit_login_test_SOURCES = unit/login_test.cc
unit_login_test_LDADD = $(ROOM)pam.a $(ROOM)config.a $(ROOM)protocol.a $(ROOM)base.a $(PAM_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/authenticator_test
TESTS += unit/authenticator_test
endif
unit_authenticator_test_SOURCES = unit/authenticator_test.cc
unit_authenticator_test_LDADD = $(ROOM)authenticator.a $(ROOM)tools.a $(ROOM)device.a $(ROOM)otp.a \
	$(ROOM)crypto.a $(ROOM)api.a $(ROOM)base.a $(CMOCKA_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS)

if CMOCKA
check_PROGRAMS += unit/terminal_qr_test
TESTS += unit/terminal_qr_test
endif
unit_terminal_qr_test_SOURCES = unit/terminal_qr_test.cc
unit_terminal_qr_test_LDADD = $(ROOM)tools.a $(ROOM)base.a $(QRENCODE_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/sandbox_test
TESTS += unit/sandbox_test
endif
unit_sandbox_test_SOURCES = unit/sandbox_test.cc
unit_sandbox_test_LDADD = $(ROOM)helper.a $(ROOM)protocol.a $(ROOM)base.a $(CMOCKA_LIBS)

if CMOCKA
if SERVER
check_PROGRAMS += unit/server_http_test unit/server_test unit/server_recovery_test unit/server_enrolment_test unit/server_tokens_test unit/server_router_test unit/server_store_test unit/server_disk_test
TESTS += unit/server_http_test unit/server_test unit/server_recovery_test unit/server_enrolment_test unit/server_tokens_test unit/server_router_test unit/server_store_test unit/server_disk_test
endif
endif
server_test_libraries = $(ROOM)server.a $(ROOM)tools.a $(ROOM)config.a $(ROOM)webauthn.a $(ROOM)api.a $(ROOM)device.a $(ROOM)webpush.a $(ROOM)otp.a \
	$(ROOM)oauth.a \
	$(ROOM)crypto.a $(ROOM)base.a $(CMOCKA_LIBS) $(SQLITE_LIBS) $(LIBPQ_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) \
	$(QRENCODE_LIBS) $(PNG_LIBS) $(CURL_LIBS) -lpthread
unit_server_http_test_SOURCES = unit/server_http_test.cc
unit_server_http_test_LDADD = $(server_test_libraries)
unit_server_test_SOURCES = unit/server_test.cc unit/server_world.h
unit_server_test_LDADD = $(server_test_libraries)
unit_server_disk_test_SOURCES = unit/server_disk_test.cc unit/failing_disk.h unit/server_world.h
unit_server_disk_test_LDADD = $(server_test_libraries)
unit_server_store_test_SOURCES = unit/server_store_test.cc unit/server_world.h
unit_server_store_test_LDADD = $(server_test_libraries)
unit_server_recovery_test_SOURCES = unit/server_recovery_test.cc unit/server_world.h
unit_server_recovery_test_LDADD = $(server_test_libraries)
unit_server_enrolment_test_SOURCES = unit/server_enrolment_test.cc unit/server_world.h
unit_server_enrolment_test_LDADD = $(server_test_libraries)
unit_server_tokens_test_SOURCES = unit/server_tokens_test.cc unit/server_world.h
unit_server_tokens_test_LDADD = $(server_test_libraries)
unit_server_router_test_SOURCES = unit/server_router_test.cc unit/server_world.h
unit_server_router_test_LDADD = $(server_test_libraries)
if CMOCKA
if SERVER
check_PROGRAMS += unit/server_rules_test unit/server_automation_test unit/server_push_test unit/server_verification_test unit/server_code_apps_test unit/server_housekeeping_test unit/server_doctor_test unit/server_replacement_test
TESTS += unit/server_rules_test unit/server_automation_test unit/server_push_test unit/server_verification_test unit/server_code_apps_test unit/server_housekeeping_test unit/server_doctor_test unit/server_replacement_test
endif
endif
unit_server_verification_test_SOURCES = unit/server_verification_test.cc unit/fake_authenticator.h unit/server_world.h
unit_server_verification_test_LDADD = $(server_test_libraries)
unit_server_code_apps_test_SOURCES = unit/server_code_apps_test.cc unit/fake_authenticator.h unit/server_world.h
unit_server_code_apps_test_LDADD = $(server_test_libraries)
unit_server_housekeeping_test_SOURCES = unit/server_housekeeping_test.cc unit/server_world.h
unit_server_housekeeping_test_LDADD = $(server_test_libraries)
unit_server_doctor_test_SOURCES = unit/server_doctor_test.cc
unit_server_doctor_test_LDADD = $(server_test_libraries)
unit_server_replacement_test_SOURCES = unit/server_replacement_test.cc
unit_server_replacement_test_LDADD = $(server_test_libraries)
unit_server_push_test_SOURCES = unit/server_push_test.cc unit/server_world.h
unit_server_push_test_LDADD = $(server_test_libraries)
unit_server_rules_test_SOURCES = unit/server_rules_test.cc unit/server_world.h
unit_server_rules_test_LDADD = $(server_test_libraries)
unit_server_automation_test_SOURCES = unit/server_automation_test.cc unit/server_world.h
unit_server_automation_test_LDADD = $(server_test_libraries)

if CMOCKA
check_PROGRAMS += unit/client_test
TESTS += unit/client_test
endif
unit_client_test_SOURCES = unit/client_test.cc
unit_client_test_LDADD = $(ROOM)client.a $(ROOM)oauth.a $(ROOM)api.a $(ROOM)crypto.a $(ROOM)base.a \
	$(CURL_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/catalogue_test
TESTS += unit/catalogue_test
endif
unit_catalogue_test_SOURCES = unit/catalogue_test.cc
unit_catalogue_test_LDADD = $(ROOM)pam.a $(ROOM)base.a $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/offline_test
TESTS += unit/offline_test
endif
unit_offline_test_SOURCES = unit/offline_test.cc
unit_offline_test_LDADD = $(ROOM)offline.a $(ROOM)crypto.a $(ROOM)base.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/log_line_test
TESTS += unit/log_line_test
endif
unit_log_line_test_SOURCES = unit/log_line_test.cc vectors.h
unit_log_line_test_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
unit_log_line_test_LDADD = $(ROOM)pam.a $(ROOM)config.a $(ROOM)base.a $(PAM_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/check_test
TESTS += unit/check_test
endif
unit_check_test_SOURCES = unit/check_test.cc
unit_check_test_LDADD = $(ROOM)check.a $(ROOM)api.a $(ROOM)base.a $(PAM_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)

if CMOCKA
check_PROGRAMS += unit/shown_test
TESTS += unit/shown_test
endif
unit_shown_test_SOURCES = unit/shown_test.cc
unit_shown_test_LDADD = $(ROOM)pam.a $(ROOM)base.a $(CMOCKA_LIBS)
