# SPDX-License-Identifier: Apache-2.0
"""Tests of the recorder: counted once, committed when told so."""
