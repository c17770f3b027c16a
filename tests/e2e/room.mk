# SPDX-License-Identifier: Apache-2.0
# Real programs as processes. TESTS gets e2e/*_test.py that need no root; hosts/ is run by ./check in private namespaces.
# A test may `sys.path.insert(0, TOOPHER_SRCDIR + "/tests/support")` and import system.
TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON3)
EXTRA_DIST += support/requester.py support/summary.py support/system.py
EXTRA_DIST += e2e/hosts/asked.py
EXTRA_DIST += e2e/hosts/attempt.py
EXTRA_DIST += e2e/hosts/browser.py
EXTRA_DIST += e2e/hosts/drivers.py
EXTRA_DIST += e2e/hosts/examples.py
EXTRA_DIST += e2e/hosts/pairing_file.py
EXTRA_DIST += e2e/hosts/giving_up.py
EXTRA_DIST += e2e/hosts/login_cost.py
EXTRA_DIST += e2e/hosts/play.py
EXTRA_DIST += e2e/hosts/refusals.py
EXTRA_DIST += e2e/hosts/run.py
EXTRA_DIST += e2e/hosts/scenarios.py
EXTRA_DIST += e2e/hosts/scene.py
EXTRA_DIST += e2e/hosts/special.py
EXTRA_DIST += e2e/hosts/unattended.py
EXTRA_DIST += e2e/hosts/unknown.py
EXTRA_DIST += e2e/hosts/visit.py
EXTRA_DIST += e2e/hosts/told.py e2e/hosts/words.py
EXTRA_DIST += e2e/hosts/world.py
EXTRA_DIST += support/certificates.py support/helper_process.py support/rogue_server.py
TESTS += e2e/helper_test.py e2e/network_faults_test.py e2e/offline_test.py
EXTRA_DIST += e2e/helper_test.py e2e/network_faults_test.py e2e/offline_test.py
EXTRA_DIST += support/bad_network.py support/name_server.py
if SERVER
TESTS += e2e/server_api_test.py e2e/server_attack_test.py e2e/login_test.py e2e/contract_test.py
endif
EXTRA_DIST += e2e/contract_test.py support/clients.py
EXTRA_DIST += e2e/server_api_test.py e2e/server_attack_test.py e2e/login_test.py support/device.py support/trial.py support/webauthn.py

if SERVER
TESTS += e2e/admin_backup_test.py e2e/admin_doctor_test.py e2e/admin_key_test.py
TESTS += e2e/admin_test.py e2e/admin_access_test.py e2e/admin_socket_test.py e2e/approval_test.py e2e/authenticator_test.py e2e/code_app_test.py e2e/pair_test.py e2e/old_database_test.py e2e/verification_test.py
endif
EXTRA_DIST += e2e/admin_backup_test.py e2e/admin_doctor_test.py e2e/admin_key_test.py
EXTRA_DIST += support/admin.py e2e/admin_access_test.py e2e/admin_socket_test.py
EXTRA_DIST += support/code_app.py support/pair_scene.py e2e/admin_test.py e2e/approval_test.py e2e/authenticator_test.py e2e/code_app_test.py e2e/pair_test.py e2e/old_database_test.py e2e/verification_test.py
if SERVER
TESTS += e2e/helper_server_test.py
endif
EXTRA_DIST += e2e/helper_server_test.py support/relay.py
if CMOCKA
if SERVER
TESTS += e2e/postgres_test.py e2e/server_instances_test.py
endif
endif
if SERVER
TESTS += e2e/migrate_test.py
endif
EXTRA_DIST += e2e/migrate_test.py
EXTRA_DIST += e2e/postgres_test.py e2e/server_instances_test.py support/pg_relay.py support/postgres.py

# A name service for the private machines of e2e/hosts.
check_PROGRAMS += support/libnss_toophertest.so.2
support_libnss_toophertest_so_2_SOURCES = support/nss_toophertest.cc
support_libnss_toophertest_so_2_CXXFLAGS = -fPIC $(WARNING_CXXFLAGS) $(HARDENING_CXXFLAGS)
support_libnss_toophertest_so_2_LDFLAGS = -shared -static-libstdc++ -static-libgcc
EXTRA_DIST += e2e/hosts/asked.py
TESTS += e2e/install_test.py
EXTRA_DIST += e2e/install_test.py
TESTS += e2e/helper_service_test.py
EXTRA_DIST += e2e/helper_service_test.py support/helper_service.py support/service_scene.py
EXTRA_DIST += e2e/hosts/asked.py e2e/hosts/owners.py e2e/hosts/pairing_file.py
EXTRA_DIST += e2e/hosts/warm.py
TESTS += e2e/ways_test.py
EXTRA_DIST += e2e/ways_test.py
EXTRA_DIST += e2e/hosts/names.py e2e/hosts/offline.py
if SERVER
TESTS += e2e/server_limits_test.py e2e/server_operations_test.py
endif
EXTRA_DIST += e2e/server_limits_test.py e2e/server_operations_test.py support/wire.py
if SERVER
TESTS += e2e/check_test.py e2e/web_app_test.py
endif
EXTRA_DIST += e2e/check_test.py e2e/web_app_test.py
if SERVER
TESTS += e2e/push_test.py
endif
EXTRA_DIST += e2e/push_test.py support/one_push.py support/push_service.py
if SERVER
TESTS += e2e/query_plan_test.py e2e/server_crash_test.py e2e/server_faults_test.py
endif
EXTRA_DIST += e2e/query_plan_test.py e2e/server_crash_test.py e2e/server_faults_test.py

# A host that stays, and a password in front of the module.
check_PROGRAMS += support/kept_host support/pam_password.so
support_kept_host_SOURCES = support/kept_host.cc
support_kept_host_LDADD = $(PAM_LIBS)
support_pam_password_so_SOURCES = support/pam_password.cc
support_pam_password_so_CXXFLAGS = -fPIC $(WARNING_CXXFLAGS) $(HARDENING_CXXFLAGS)
support_pam_password_so_LDFLAGS = -shared
support_pam_password_so_LDADD = $(PAM_LIBS)
if SERVER
TESTS += e2e/many_logins_test.py e2e/secrets_test.py e2e/soak_test.py
endif
EXTRA_DIST += e2e/many_logins_test.py e2e/secrets_test.py e2e/soak_test.py support/kept_host.py support/memory.py support/process_state.py
