# SPDX-License-Identifier: Apache-2.0
# Translations: po/POTFILES names the sources, po/LINGUAS the languages. Where msgfmt is missing none is built, and every
# message is English. `make update-po` brings template and catalogues up to the sources; then translate what is new.
EXTRA_DIST += po/LINGUAS po/POTFILES po/toopher.pot po/de.po

if MSGFMT
CATALOGUES = po/de.mo
all-local: $(CATALOGUES)

SUFFIXES = .po .mo
.po.mo:
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MSGFMT) --check --output-file=$@ $<

install-data-local: $(CATALOGUES)
	for catalogue in $(CATALOGUES); do \
	  place='$(DESTDIR)$(localedir)'/`basename $$catalogue .mo`/LC_MESSAGES; \
	  $(MKDIR_P) "$$place" && $(INSTALL_DATA) $$catalogue "$$place/toopher.mo" || exit; \
	done

uninstall-local:
	for catalogue in $(CATALOGUES); do \
	  rm -f '$(DESTDIR)$(localedir)'/`basename $$catalogue .mo`/LC_MESSAGES/toopher.mo; \
	done

CLEANFILES += $(CATALOGUES)
endif

.PHONY: update-po
update-po:
	$(srcdir)/po/extract $(srcdir) >$(srcdir)/po/toopher.pot
	while read -r language; do \
	  msgmerge --quiet --update --backup=none --previous $(srcdir)/po/$$language.po $(srcdir)/po/toopher.pot || exit; \
	done <$(srcdir)/po/LINGUAS
EXTRA_DIST += po/extract
