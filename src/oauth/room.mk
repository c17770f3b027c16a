# SPDX-License-Identifier: Apache-2.0
# oauth: RFC 5849, two-legged, both sides.
noinst_LIBRARIES += libtoopher_oauth.a
libtoopher_oauth_a_SOURCES = \
	oauth/parameters.cc oauth/parameters.h \
	oauth/signature.cc oauth/signature.h \
	oauth/verify.cc oauth/verify.h
