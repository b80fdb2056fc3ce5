# SPDX-License-Identifier: Apache-2.0
"""Tests of the driver of network namespaces that take no root."""
