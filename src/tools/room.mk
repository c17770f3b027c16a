# SPDX-License-Identifier: Apache-2.0

# toopher-login tries the module out; it is not installed.
noinst_PROGRAMS += toopher-login
toopher_login_SOURCES = tools/toopher_login.cc
toopher_login_CPPFLAGS = $(AM_CPPFLAGS) $(PAM_CFLAGS)
toopher_login_LDADD = $(PAM_LIBS) -lpam_misc
