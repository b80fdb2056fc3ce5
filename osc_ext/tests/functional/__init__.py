# SPDX-License-Identifier: Apache-2.0
"""Functional tests of osc_ext: clients of running services."""
