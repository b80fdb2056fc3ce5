# SPDX-License-Identifier: Apache-2.0
"""Tests of what every database of ours has."""
