# SPDX-License-Identifier: Apache-2.0
# base: what every room may use; libc only.
noinst_LIBRARIES += libtoopher_base.a
libtoopher_base_a_SOURCES = \
	base/catalogue.cc base/catalogue.h \
	base/deadline.h \
	base/file.cc base/file.h \
	base/one_time_code.cc base/one_time_code.h \
	base/random.cc base/random.h \
	base/secret.cc base/secret.h \
	base/spawn.cc base/spawn.h \
	base/text.cc base/text.h \
	base/unique_fd.cc base/unique_fd.h \
	base/url.cc base/url.h \
	base/utf8.cc base/utf8.h \
	base/visible.cc base/visible.h \
	base/wiping.cc base/wiping.h
