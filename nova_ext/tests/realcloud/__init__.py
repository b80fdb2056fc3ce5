# SPDX-License-Identifier: Apache-2.0
"""Tests of the tasks filter inside a real nova-api."""
