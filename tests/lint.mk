# SPDX-License-Identifier: Apache-2.0
.PHONY: lint
lint:
	$(srcdir)/lint.sh
EXTRA_DIST += lint.sh
