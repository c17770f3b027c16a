# SPDX-License-Identifier: Apache-2.0
# Fuzzing: the targets over their corpus and mutations of it in `make check`, by libFuzzer where the build is for it; and for long,
# in a directory of its own, in `make fuzz`.
if CMOCKA
if SERVER
check_PROGRAMS += fuzz/replay
if LIBFUZZER
check_PROGRAMS += fuzz/fuzzer
TESTS += fuzz/fuzz_test.sh
else
TESTS += fuzz/replay
endif
endif
endif
fuzz_targets = fuzz/targets.h fuzz/answers_target.cc fuzz/session_target.cc fuzz/socket_pair.h fuzz/config_target.cc fuzz/http_target.cc fuzz/json_target.cc fuzz/oauth_target.cc \
	fuzz/protocol_target.cc fuzz/router_target.cc fuzz/phone_target.cc fuzz/endpoint_target.cc fuzz/assertion_target.cc fuzz/text_target.cc fuzz/undone.h \
	unit/server_world.h
fuzz_libraries = $(ROOM)pam.a $(ROOM)helper.a $(ROOM)protocol.a $(ROOM)client.a $(ROOM)offline.a $(server_test_libraries) $(CURL_LIBS) $(PAM_LIBS)
fuzz_replay_SOURCES = fuzz/replay.cc $(fuzz_targets)
fuzz_replay_LDADD = $(fuzz_libraries)
EXTRA_PROGRAMS += fuzz/fuzzer
fuzz_fuzzer_SOURCES = fuzz/fuzzer.cc $(fuzz_targets)
fuzz_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_fuzzer_LDADD = $(fuzz_libraries)
EXTRA_DIST += fuzz/corpus fuzz/fuzz.sh fuzz/fuzz_test.sh
CLEANFILES = fuzz-*.last

.PHONY: fuzz
fuzz:
	@$(AM_TESTS_ENVIRONMENT) bash $(srcdir)/fuzz/fuzz.sh
