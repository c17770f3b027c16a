# SPDX-License-Identifier: Apache-2.0
# The module as libpam loads it.
if CMOCKA
check_PROGRAMS += pam/module_test
TESTS += pam/module_test
endif
TESTS += pam/exports_test.sh
EXTRA_DIST += pam/exports_test.sh
pam_module_test_SOURCES = pam/module_test.cc
pam_module_test_LDADD = $(PAM_LIBS) $(CMOCKA_LIBS)
