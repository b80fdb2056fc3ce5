# SPDX-License-Identifier: Apache-2.0
"""Servers in network namespaces of one machine."""
