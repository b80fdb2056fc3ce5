# SPDX-License-Identifier: Apache-2.0
"""Plugins, and how they are found."""
