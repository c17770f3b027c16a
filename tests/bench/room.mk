# SPDX-License-Identifier: Apache-2.0
# Each bench is a target of its own that `bench` depends on.

# The helper without its filter, under which valgrind cannot write, and the least that libcurl can do.
EXTRA_PROGRAMS += bench/bare_curl
bench_bare_curl_SOURCES = bench/bare_curl.cc
bench_bare_curl_LDFLAGS = $(AM_LDFLAGS) -pie $(HARDENING_LDFLAGS) -static-libstdc++ -static-libgcc
bench_bare_curl_LDADD = $(CURL_LIBS)
bench_helper_unconfined_SOURCES = bench/no_sandbox.cc
bench_helper_unconfined_LDFLAGS = $(bench_bare_curl_LDFLAGS)
helper_objects = $(top_builddir)/src/helper/toopher_helper-main.$(OBJEXT) \
	$(top_builddir)/src/helper/toopher_helper-wiping.$(OBJEXT) \
	$(top_builddir)/src/base/toopher_helper-wiping_delete.$(OBJEXT) $(ROOM)helper.a \
	$(ROOM)protocol.a $(ROOM)client.a $(ROOM)offline.a $(ROOM)config.a $(ROOM)otp.a $(ROOM)api.a $(ROOM)oauth.a $(ROOM)crypto.a $(ROOM)base.a \
	$(CURL_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS)
bench_helper_unconfined_LDADD = $(helper_objects)
EXTRA_DIST += bench/helper_bench.py
.PHONY: bench-helper
bench: bench-helper
bench-helper: bench/bare_curl bench/helper_unconfined
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/helper_bench.py
bench_host_login_SOURCES = bench/host_login.cc
bench_host_login_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
bench_host_login_LDADD = $(PAM_LIBS)
EXTRA_DIST += bench/host_bench.py
.PHONY: bench-host
bench: bench-host
bench-host: bench/host_login
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/host_bench.py
EXTRA_DIST += bench/warm_bench.py
.PHONY: bench-warm
bench: bench-warm
bench-warm: bench/host_login bench/helper_unconfined
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/warm_bench.py

# This module beside others, which are unpacked but not installed.
EXTRA_DIST += bench/peers_bench.py support/cost.py
.PHONY: bench-peers
bench: bench-peers
bench-peers: bench/host_login bench/helper_unconfined
	@cd '$(top_srcdir)' && bash -c '. packaging/functions.sh; unpack_packages peers "$(abs_top_builddir)/fetched"' >&2 || :
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/peers_bench.py

# A whole ssh login, on a private machine.
.PHONY: bench-ssh
bench: bench-ssh
if SERVER
bench-ssh:
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) -B $(srcdir)/e2e/hosts/run.py --bench || test $$? = 77
else
bench-ssh:
	@echo "a whole ssh login: left out, configure was told not to build the server"
endif

# Instructions that must not creep up.
if SERVER
TESTS += bench/counts_test.py
check_PROGRAMS += bench/host_login bench/helper_unconfined
else
EXTRA_PROGRAMS += bench/host_login bench/helper_unconfined
endif
EXTRA_DIST += bench/counts_test.py bench/counts.json
.PHONY: update-counts
update-counts: bench/host_login bench/helper_unconfined bench/server_pool bench/server_history
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/counts_test.py --update

# toopherd under load, beside a bare server that writes the same rows.
EXTRA_PROGRAMS += bench/server_load bench/bare_server
bench_server_load_SOURCES = bench/server_load.cc bench/load_client.cc bench/load_client.h bench/pool.h
bench_server_load_LDADD = $(ROOM)device.a $(ROOM)otp.a $(ROOM)oauth.a $(ROOM)config.a $(ROOM)api.a $(ROOM)crypto.a $(ROOM)base.a \
	$(OPENSSL_LIBS) $(JANSSON_LIBS)
bench_server_pool_SOURCES = bench/server_pool.cc bench/pool.h
bench_server_pool_LDADD = $(ROOM)server.a $(ROOM)tools.a $(ROOM)config.a $(ROOM)webauthn.a $(ROOM)api.a $(ROOM)device.a $(ROOM)webpush.a $(ROOM)otp.a \
	$(ROOM)oauth.a $(ROOM)crypto.a $(ROOM)base.a $(SQLITE_LIBS) $(LIBPQ_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) $(CURL_LIBS) -lpthread
bench_bare_server_SOURCES = bench/bare_server.cc bench/pool.h
bench_bare_server_CXXFLAGS = $(AM_CXXFLAGS) -Wno-mismatched-new-delete
bench_bare_server_LDADD = $(ROOM)crypto.a $(ROOM)base.a $(SQLITE_LIBS) $(OPENSSL_LIBS) -lpthread
bench_server_history_SOURCES = bench/server_history.cc bench/pool.h
bench_server_history_LDADD = $(bench_server_pool_LDADD)
EXTRA_DIST += bench/server_bench.py bench/history_bench.py
.PHONY: bench-server
bench: bench-server
if SERVER
bench-server: bench/server_load bench/server_pool bench/bare_server bench/server_history
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/server_bench.py
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/history_bench.py
else
bench-server:
	@echo "toopherd under load: left out, configure was told not to build the server"
endif

# A decision at one instance, and who waits at another.
EXTRA_DIST += bench/instances_bench.py
.PHONY: bench-instances
bench: bench-instances
if SERVER
bench-instances:
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/instances_bench.py
else
bench-instances:
	@echo "several toopherds: left out, configure was told not to build the server"
endif

# What a parked login costs; a short form is part of make check.
if SERVER
check_PROGRAMS += bench/heap_meter.so bench/parked_polls bench/server_history bench/server_pool
TESTS += bench/parked_bench.py
else
EXTRA_PROGRAMS += bench/heap_meter.so bench/parked_polls bench/server_history bench/server_pool
endif
bench_parked_polls_SOURCES = bench/parked_polls.cc bench/parked_client.cc bench/parked_client.h bench/pool.h
bench_parked_polls_LDADD = $(ROOM)device.a $(ROOM)otp.a $(ROOM)oauth.a $(ROOM)api.a $(ROOM)crypto.a $(ROOM)base.a \
	$(OPENSSL_LIBS) $(JANSSON_LIBS) $(SQLITE_LIBS)
bench_heap_meter_so_SOURCES = bench/heap_meter.cc
bench_heap_meter_so_CXXFLAGS = -fPIC $(WARNING_CXXFLAGS) $(HARDENING_CXXFLAGS)
bench_heap_meter_so_LDFLAGS = -shared -static-libstdc++ -static-libgcc
EXTRA_DIST += bench/parked_bench.py
.PHONY: bench-parked
bench: bench-parked
if SERVER
bench-parked: bench/heap_meter.so bench/parked_polls bench/server_pool
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/bench/parked_bench.py --long
else
bench-parked:
	@echo "parked logins: left out, configure was told not to build the server"
endif
