# SPDX-License-Identifier: Apache-2.0
"""Unit tests of osc_ext, mirroring its tree."""
