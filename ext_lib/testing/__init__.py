# SPDX-License-Identifier: Apache-2.0
"""Fixtures, servers and assertions that tests of all services share."""
