# SPDX-License-Identifier: Apache-2.0
# The phone's app by node, Chromium and Firefox. Not part of `make check`: it fetches the packages of package-lock.json from
# npm.
.PHONY: check-web
check-web:
	@TOOPHER_SRCDIR='$(abs_top_srcdir)' TOOPHER_BUILDDIR='$(abs_top_builddir)' PYTHON3='$(PYTHON3)' $(srcdir)/web/run.sh
EXTRA_DIST += web/package.json web/package-lock.json web/run.sh
EXTRA_DIST += web/browser/firefox.test.js web/browser/pairing.test.js web/browser/phone.test.js web/browser/push.test.js \
	web/browser/verification.test.js
EXTRA_DIST += web/support/camera.js web/support/firefox.js web/support/hand.js web/support/hand-firefox.js \
	web/support/look.js web/support/push-service.js web/support/server.py web/support/vectors.js web/support/world.js
EXTRA_DIST += web/unit/api.test.js web/unit/codes.test.js web/unit/enrolment.test.js web/unit/platform.test.js web/unit/push.test.js web/unit/shown.test.js \
	web/unit/signing.test.js web/unit/visible.test.js web/unit/words.test.js
