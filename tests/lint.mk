# SPDX-License-Identifier: Apache-2.0
.PHONY: lint lint-quick
lint:
	@TOOPHER_BUILDDIR='$(abs_top_builddir)' $(srcdir)/lint.sh
lint-quick:
	@TOOPHER_BUILDDIR='$(abs_top_builddir)' $(srcdir)/lint.sh --quick
EXTRA_DIST += lint.sh
clean-local:
	rm -rf '$(abs_top_builddir)/lint-cache'
