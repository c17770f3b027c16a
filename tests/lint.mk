# SPDX-License-Identifier: Apache-2.0
.PHONY: lint
lint:
	$(srcdir)/lint
EXTRA_DIST += lint
