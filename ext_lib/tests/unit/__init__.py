# SPDX-License-Identifier: Apache-2.0
"""Unit tests of ext_lib, mirroring its tree."""
