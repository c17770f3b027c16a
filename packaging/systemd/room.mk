# SPDX-License-Identifier: Apache-2.0
# The units of toopher-helper, and of toopherd where it is built. They name directories, which only make expands.
UNITS = packaging/systemd/toopher-helper.service packaging/systemd/toopher-helper.socket
if SERVER
UNITS += packaging/systemd/toopherd.service
endif
EXTRA_DIST += packaging/systemd/toopher-helper.service.in packaging/systemd/toopher-helper.socket.in \
	packaging/systemd/toopherd.service.in
CLEANFILES += $(UNITS)

make_unit = $(AM_V_GEN)$(MKDIR_P) packaging/systemd && $(SED) -e 's|@pkglibexecdir[@]|$(pkglibexecdir)|' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|' -e 's|@helper_user[@]|$(helper_user)|' \
	-e 's|@helper_socket[@]|$(helper_socket)|' -e 's|@sbindir[@]|$(sbindir)|' \
	-e 's|@localstatedir[@]|$(localstatedir)|'

packaging/systemd/toopher-helper.service: packaging/systemd/toopher-helper.service.in Makefile
	$(make_unit) $(srcdir)/$@.in >$@.new && mv $@.new $@
packaging/systemd/toopherd.service: packaging/systemd/toopherd.service.in Makefile
	$(make_unit) $(srcdir)/$@.in >$@.new && mv $@.new $@
packaging/systemd/toopher-helper.socket: packaging/systemd/toopher-helper.socket.in Makefile
	$(make_unit) $(srcdir)/$@.in >$@.new && mv $@.new $@

if SYSTEMD
systemdsystemunit_DATA = $(UNITS)
endif
