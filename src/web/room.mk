# SPDX-License-Identifier: Apache-2.0
# web: the phone's app, plain ES modules; toopherd serves them as they are.
web_files = \
	web/index.html web/app.webmanifest web/sw.js web/style.css \
	web/app/api.js \
	web/app/bytes.js \
	web/app/codes.js \
	web/app/dom.js \
	web/app/later/ask.js \
	web/app/later/enrolment.js \
	web/app/later/naming.js web/app/later/picture.js web/app/later/push.js web/app/later/pushed.js web/app/later/update.js \
	web/app/later/verification.js \
	web/app/later/words-de.js web/app/later/words-en.js \
	web/app/main.js \
	web/app/parts.js \
	web/app/phone.js \
	web/app/platform.js \
	web/app/screens/anew.js \
	web/app/screens/asked.js \
	web/app/screens/codeapp.js \
	web/app/screens/gone.js \
	web/app/screens/history.js \
	web/app/screens/home.js \
	web/app/screens/link.js \
	web/app/screens/notify.js \
	web/app/screens/pair.js \
	web/app/screens/pairing.js \
	web/app/screens/request.js \
	web/app/screens/rules.js \
	web/app/screens/scan.js \
	web/app/screens/welcome.js \
	web/app/shown.js \
	web/app/signing.js \
	web/app/trouble.js \
	web/app/vault.js \
	web/app/visible.js \
	web/app/watch.js \
	web/app/words-de.js \
	web/app/words-en.js \
	web/app/words.js \
	web/icons/icon-180.png web/icons/icon-192.png web/icons/icon-512.png web/icons/icon-maskable-512.png web/icons/icon.svg \
	web/vendor/qr/decode.js web/vendor/qr/index.js
EXTRA_DIST += $(web_files) web/embed.sh web/package.json web/icons/make.sh web/vendor/qr/README

web/files.cc: $(web_files) $(srcdir)/web/embed.sh $(srcdir)/web/room.mk
	@mkdir -p web
	$(AM_V_GEN)$(SHELL) $(srcdir)/web/embed.sh $(web_files:web/%=%) >$@.new && mv $@.new $@
CLEANFILES += web/files.cc web/files.cc.new
