# SPDX-License-Identifier: Apache-2.0
# server: toopherd. store/ knows SQL, service/ the rules, http/ the wire; Beast's parser is in http/request_reader.cc only.
server_flags = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(LIBPQ_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(QRENCODE_CFLAGS) $(PNG_CFLAGS) $(CURL_CFLAGS)

noinst_LIBRARIES += libtoopher_server.a
libtoopher_server_a_CPPFLAGS = $(server_flags)
# g++ 12 takes Asio's coroutine frames for mismatched once -fsanitize keeps their operator new from being inlined.
libtoopher_server_a_CXXFLAGS = $(AM_CXXFLAGS) -Wno-mismatched-new-delete
libtoopher_server_a_SOURCES = \
	server/admin/access.cc server/admin/access.h \
	server/admin/backup.cc server/admin/backup.h \
	server/admin/completion.cc server/admin/completion.h \
	server/admin/doctor.cc server/admin/doctor.h \
	server/admin/key_file.cc server/admin/key_file.h \
	server/admin/keys.cc server/admin/keys.h \
	server/admin/new_file.cc server/admin/new_file.h \
	server/admin/migration.cc server/admin/migration.h \
	server/admin/notes.cc server/admin/notes.h \
	server/admin/replacement.cc server/admin/replacement.h \
	server/admin/doctor_certificate.cc server/admin/doctor_database.cc server/admin/doctor_files.cc server/admin/doctor_system.cc \
	server/admin/doctor_unit.cc \
	server/admin/findings.h \
	server/admin/api.cc server/admin/api.h \
	server/admin/audit.cc server/admin/audit.h \
	server/admin/call.cc server/admin/call.h \
	server/admin/command_line.cc server/admin/command_line.h \
	server/admin/devices.cc server/admin/devices.h \
	server/admin/in_use.cc server/admin/in_use.h \
	server/admin/command.h server/admin/commands.cc \
	server/admin/link.h server/admin/link_database.cc server/admin/link_socket.cc \
	server/admin/ntfy.cc server/admin/ntfy.h \
	server/admin/page.h \
	server/admin/requesters.cc server/admin/requesters.h \
	server/admin/requests.cc server/admin/requests.h \
	server/admin/session.cc server/admin/session.h \
	server/admin/socket.cc server/admin/socket.h \
	server/admin/socket_address.cc server/admin/socket_address.h \
	server/admin/table.cc server/admin/table.h \
	server/admin/users.cc server/admin/users.h \
	server/admin/verify.cc server/admin/verify.h \
	server/alone.cc server/alone.h \
	server/descriptors.cc server/descriptors.h \
	server/exposition.cc server/exposition.h \
	server/log.cc server/log.h \
	server/metrics.cc server/metrics.h \
	server/reload.cc server/reload.h \
	server/service_manager.cc server/service_manager.h \
	server/server_config.cc server/server_config.h \
	server/housekeeper.cc server/housekeeper.h \
	server/http/answer.h \
	server/http/api_call.h \
	server/http/app.cc server/http/app.h \
	server/http/arguments.cc server/http/arguments.h \
	server/http/authenticator_api.cc server/http/authenticator_api.h \
	server/http/calls.h \
	server/http/calls_pairings.cc \
	server/http/calls_requests.cc \
	server/http/calls_terminals.cc \
	server/http/calls_users.cc \
	server/http/calls_validators.cc \
	server/http/errands.cc server/http/errands.h \
	server/http/gateways.h \
	server/http/connections.cc server/http/connections.h \
	server/http/hasher.cc server/http/hasher.h \
	server/http/head.cc server/http/head.h \
	server/http/health.cc server/http/health.h \
	server/http/limits.h \
	server/http/html.cc server/http/html.h \
	server/http/listener.cc server/http/listener.h \
	server/http/message.h \
	server/http/network.cc server/http/network.h \
	server/http/operations_api.cc server/http/operations_api.h \
	server/http/place.h \
	server/http/present.cc server/http/present.h \
	server/http/request_reader.cc server/http/request_reader.h \
	server/http/response_text.cc server/http/response_text.h \
	server/http/session.cc server/http/session.h \
	server/http/shared_buffer.h \
	server/http/messages.cc server/http/messages.h \
	server/http/present.cc server/http/present.h \
	server/http/qr_image.cc server/http/qr_image.h \
	server/http/reset_page.cc server/http/reset_page.h \
	server/http/routes.cc server/http/routes.h \
	server/http/stream.cc server/http/stream.h \
	server/http/tls.cc \
	server/http/toopher_api.cc server/http/toopher_api.h \
	server/http/waiters.cc server/http/waiters.h \
	server/http/web.cc server/http/web.h \
	server/http/web_files.h \
	server/push/addresses.cc server/push/addresses.h \
	server/push/notifier.cc server/push/notifier.h \
	server/push/outcome.h \
	server/push/payload.cc server/push/payload.h \
	server/push/sender.cc server/push/sender.h \
	server/push/subscription.cc server/push/subscription.h \
	server/push/transfer.cc server/push/transfer.h \
	server/push/vapid_tokens.h \
	server/run_program.cc server/run_program.h \
	server/serve.cc server/serve.h \
	server/service/approvals.cc server/service/approvals.h \
	server/service/authenticate.cc server/service/authenticate.h \
	server/service/automation.cc server/service/automation.h \
	server/service/bypass.cc server/service/bypass.h \
	server/service/code_apps.cc server/service/code_apps.h \
	server/service/codes.cc server/service/codes.h \
	server/service/context.cc server/service/context.h \
	server/service/devices.cc server/service/devices.h \
	server/service/enrolment.cc server/service/enrolment.h \
	server/service/housekeeping.cc server/service/housekeeping.h \
	server/service/initiate.cc \
	server/service/pairings.cc server/service/pairings.h \
	server/service/phrase.cc server/service/phrase.h \
	server/service/proofs.cc server/service/proofs.h \
	server/service/push.cc server/service/push.h \
	server/service/recovery.cc server/service/recovery.h \
	server/service/requesters.cc server/service/requesters.h \
	server/service/request_id.cc server/service/request_id.h \
	server/service/requests.cc server/service/requests.h \
	server/service/rules.h \
	server/service/reset_links.cc server/service/reset_links.h \
	server/service/shown.cc server/service/shown.h \
	server/service/slow_hashes.cc server/service/slow_hashes.h \
	server/service/terminals.cc server/service/terminals.h \
	server/service/transitions.cc server/service/transitions.h \
	server/service/users.cc server/service/users.h \
	server/migrate.cc server/migrate.h \
	server/open_store.cc server/open_store.h \
	server/service/validators.cc server/service/validators.h \
	server/service/verification.cc server/service/verification.h server/service/verification_policy.h \
	server/setup.cc server/setup.h \
	server/store/measured_store.cc server/store/measured_store.h \
	server/store/postgres_connection.cc server/store/postgres_connection.h \
	server/store/postgres_link.cc server/store/postgres_link.h \
	server/store/postgres_notices.cc server/store/postgres_notices.h \
	server/store/postgres_options.cc server/store/postgres_options.h \
	server/store/postgres_store.cc server/store/postgres_store.h \
	server/store/records.h \
	server/store/known_rows.h server/store/known_users.h server/store/remembered.h \
	server/store/schema.cc server/store/schema.h \
	server/store/sql.h \
	server/store/sql_rows.h \
	server/store/sqlite_connection.cc server/store/sqlite_connection.h \
	server/store/sqlite_copy.cc server/store/sqlite_copy.h \
	server/store/sqlite_store.cc server/store/sqlite_store.h \
	server/store/sqlite_tables.cc server/store/sqlite_tables.h \
	server/store/store.h \
	server/store/store_error.h \
	server/store/transaction.cc server/store/transaction.h \
	server/store/transaction_credentials.cc \
	server/store/transaction_keys.cc \
	server/store/transaction_lists.cc \
	server/store/transaction_pairings.cc \
	server/store/transaction_pruning.cc \
	server/store/transaction_push.cc \
	server/store/transaction_requesters.cc \
	server/store/transaction_requests.cc \
	server/store/transaction_reset_links.cc \
	server/store/transaction_rules.cc \
	server/store/transaction_users.cc \
	server/store/transaction_validators.cc \
	server/store/trouble.cc server/store/trouble.h \
	server/wall_clock.h

nodist_libtoopher_server_a_SOURCES = web/files.cc

sbin_PROGRAMS += toopherd
toopherd_CPPFLAGS = $(server_flags)
toopherd_SOURCES = server/toopherd.cc base/wiping_delete.cc
toopherd_LDADD = libtoopher_server.a libtoopher_tools.a libtoopher_config.a libtoopher_webauthn.a libtoopher_api.a libtoopher_device.a libtoopher_webpush.a \
	libtoopher_otp.a \
	libtoopher_oauth.a libtoopher_crypto.a libtoopher_base.a $(SQLITE_LIBS) $(LIBPQ_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) \
	$(QRENCODE_LIBS) $(PNG_LIBS) $(CURL_LIBS) -lpthread

sbin_PROGRAMS += toopher-admin
toopher_admin_CPPFLAGS = $(server_flags)
toopher_admin_SOURCES = server/toopher_admin.cc
toopher_admin_LDADD = $(toopherd_LDADD)
