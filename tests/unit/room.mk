# SPDX-License-Identifier: Apache-2.0
# One program a room, each with cmocka's main loop.
if CMOCKA
check_PROGRAMS += unit/base_test
TESTS += unit/base_test
endif
unit_base_test_SOURCES = unit/base_test.cc
unit_base_test_LDADD = $(ROOM)base.a $(CMOCKA_LIBS)
