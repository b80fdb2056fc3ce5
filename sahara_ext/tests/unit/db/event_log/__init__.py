# SPDX-License-Identifier: Apache-2.0
"""Tests of sahara_ext.db.event_log."""
