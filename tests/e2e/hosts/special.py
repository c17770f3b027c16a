# SPDX-License-Identifier: Apache-2.0
"""Scenarios that the table of logins cannot hold: interruption, broken files, a server that is down."""

ALL = []
