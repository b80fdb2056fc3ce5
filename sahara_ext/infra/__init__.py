# SPDX-License-Identifier: Apache-2.0
"""The clouds that instances of clusters come from, by one interface."""
