# SPDX-License-Identifier: Apache-2.0
# api: the nouns of the Toopher API v1 and their JSON, read by the client and written by the server.
noinst_LIBRARIES += libtoopher_api.a
libtoopher_api_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libtoopher_api_a_SOURCES = \
	api/approved_action.h \
	api/error.cc api/error.h \
	api/json.cc api/json.h \
	api/json_writer.cc api/json_writer.h \
	api/numbers.h \
	api/objects.cc api/objects.h \
	api/reason.h
