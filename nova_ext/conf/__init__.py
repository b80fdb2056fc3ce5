# SPDX-License-Identifier: Apache-2.0
"""Configuration options of nova_ext."""
