# SPDX-License-Identifier: Apache-2.0
# pam: pam_toopher.so; links libpam and libc only.
noinst_LIBRARIES += libtoopher_pam.a
libtoopher_pam_a_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
libtoopher_pam_a_SOURCES = \
	pam/account.cc pam/account.h \
	pam/asked.cc pam/asked.h \
	pam/authenticate.cc pam/authenticate.h \
	pam/conversation.cc pam/conversation.h \
	pam/factor.h \
	pam/groups.cc pam/groups.h \
	pam/handle.cc pam/handle.h \
	pam/helper_factor.cc pam/helper_factor.h \
	pam/log_line.cc pam/log_line.h \
	pam/login.cc pam/login.h \
	pam/login_line.cc pam/login_line.h \
	pam/look_up.h \
	pam/messages.h \
	pam/misconfigured.h \
	pam/name_services.cc pam/name_services.h \
	pam/offline_login.cc pam/offline_login.h \
	pam/outcome.cc pam/outcome.h \
	pam/policy.cc pam/policy.h \
	pam/remembered.cc pam/remembered.h \
	pam/shown.cc pam/shown.h \
	pam/sudo_command.cc pam/sudo_command.h \
	pam/text.cc pam/text.h \
	pam/undecidable.h \
	pam/unknown_account.cc pam/unknown_account.h \
	pam/unpaired_factor.cc pam/unpaired_factor.h

# A program to automake, a shared object to the linker: libtool's C++ modules cannot take libstdc++ in statically.
pam_PROGRAMS += pam_toopher.so
pam_toopher_so_SOURCES = pam/entry.cc pam/terminate.cc
pam_toopher_so_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
pam_toopher_so_LDFLAGS = -shared -static-libstdc++ -static-libgcc $(HARDENING_LDFLAGS) $(SANITIZER_FLAGS) \
	-Wl,--version-script=$(srcdir)/pam/pam_toopher.map -Wl,--exclude-libs,ALL -Wl,--gc-sections $(MODULE_LDFLAGS)
pam_toopher_so_LDADD = libtoopher_pam.a libtoopher_config.a libtoopher_protocol.a libtoopher_base.a $(PAM_LIBS)
EXTRA_pam_toopher_so_DEPENDENCIES = pam/pam_toopher.map
EXTRA_DIST += pam/pam_toopher.map
