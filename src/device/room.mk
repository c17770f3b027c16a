# SPDX-License-Identifier: Apache-2.0
# device: what a phone and the server must compute alike; docs/authenticator-api.md holds the same in words.
noinst_LIBRARIES += libtoopher_device.a
libtoopher_device_a_SOURCES = \
	device/call_signature.cc device/call_signature.h \
	device/code_app.cc device/code_app.h \
	device/credential.cc device/credential.h \
	device/decision.cc device/decision.h \
	device/enrolment.cc device/enrolment.h \
	device/lines.h \
	device/seed.cc device/seed.h
