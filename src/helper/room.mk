# SPDX-License-Identifier: Apache-2.0
# helper: toopher-helper, and the protocol between it and its callers (a library of its own: it links base only).
noinst_LIBRARIES += libtoopher_protocol.a
libtoopher_protocol_a_SOURCES = \
	helper/channel.cc helper/channel.h \
	helper/launch.cc helper/launch.h \
	helper/protocol.cc helper/protocol.h
