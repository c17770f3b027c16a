# SPDX-License-Identifier: Apache-2.0
# offline: codes for the time without a server, as the helper keeps them on the host.
noinst_LIBRARIES += libtoopher_offline.a
libtoopher_offline_a_SOURCES = \
	offline/code_set.cc offline/code_set.h \
	offline/store.cc offline/store.h \
	offline/state_directory.cc offline/state_directory.h
