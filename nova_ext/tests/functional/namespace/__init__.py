# SPDX-License-Identifier: Apache-2.0
"""Tests of servers in network namespaces, which take root."""
