# SPDX-License-Identifier: Apache-2.0
# The module as libpam loads it.
if CMOCKA
check_PROGRAMS += pam/module_test pam/bad_input_test
TESTS += pam/module_test pam/bad_input_test
endif
TESTS += pam/exports_test.sh
EXTRA_DIST += pam/exports_test.sh
pam_module_test_SOURCES = pam/module_test.cc pam/installation.cc pam/installation.h
pam_bad_input_test_SOURCES = pam/bad_input_test.cc pam/installation.cc pam/installation.h
pam_bad_input_test_LDADD = $(PAM_LIBS) $(CMOCKA_LIBS)
pam_module_test_LDADD = $(PAM_LIBS) $(CMOCKA_LIBS)
