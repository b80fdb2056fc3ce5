# SPDX-License-Identifier: Apache-2.0
"""Tests that need a database server or a broker of a certain kind."""
