# SPDX-License-Identifier: Apache-2.0
"""Tests of the tasks filter in front of a whole compute API."""
