# SPDX-License-Identifier: Apache-2.0
# config: the files an administrator and a user write.
noinst_LIBRARIES += libtoopher_config.a
libtoopher_config_a_SOURCES = \
	config/config.cc config/config.h \
	config/credentials.cc config/credentials.h \
	config/ini.cc config/ini.h \
	config/pairings.cc config/pairings.h
