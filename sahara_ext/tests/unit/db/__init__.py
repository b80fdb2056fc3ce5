# SPDX-License-Identifier: Apache-2.0
"""Tests of the database functions, on SQLite or the server of one's choice."""
