# SPDX-License-Identifier: Apache-2.0
"""Functional tests of sahara_ext: a running API on a real database."""
