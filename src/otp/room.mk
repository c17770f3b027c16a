# SPDX-License-Identifier: Apache-2.0
# otp: RFC 4226 and RFC 6238, both sides.
noinst_LIBRARIES += libtoopher_otp.a
libtoopher_otp_a_SOURCES = \
	otp/otp.cc otp/otp.h \
	otp/otpauth_uri.cc otp/otpauth_uri.h
