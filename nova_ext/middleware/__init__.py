# SPDX-License-Identifier: Apache-2.0
"""Paste filters that stand in front of a compute API."""
