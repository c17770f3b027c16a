# SPDX-License-Identifier: Apache-2.0
# Real programs as processes. TESTS gets e2e/*_test.py that need no root; hosts/ is run by ./check in private namespaces.
# A test may `sys.path.insert(0, TOOPHER_SRCDIR + "/tests/support")` and import system.
TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON3)
EXTRA_DIST += support/system.py
