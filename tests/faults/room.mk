# SPDX-License-Identifier: Apache-2.0
# Each call of the C library that module and helper make fails in turn; a part of them in `make check`, all in `make check-long`.
# Not with sanitizers, which put their own functions in front of the library's.
if SANITIZERS
EXTRA_PROGRAMS += faults/faulty_host faults/faulty_helper
else
check_PROGRAMS += faults/faulty_host faults/faulty_helper
TESTS += faults/faults_test.py
endif
faults_faulty_host_SOURCES = faults/faulty_host.cc faults/shim.cc faults/shim.h
faults_faulty_host_LDFLAGS = $(AM_LDFLAGS) -rdynamic
faults_faulty_host_LDADD = $(PAM_LIBS)
faults_faulty_helper_SOURCES = faults/faulty_helper.cc faults/shim.cc faults/shim.h
faults_faulty_helper_LDFLAGS = $(AM_LDFLAGS) -rdynamic -Wl,--wrap=main
faults_faulty_helper_LDADD = $(helper_objects)
EXTRA_DIST += faults/faults_test.py

.PHONY: check-faults
check-faults: faults/faulty_host faults/faulty_helper
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/faults/faults_test.py --all
