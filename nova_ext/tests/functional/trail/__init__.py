# SPDX-License-Identifier: Apache-2.0
"""Tests of the trail, and what they share."""
