# SPDX-License-Identifier: Apache-2.0
"""The database of clusters and of what happened to them."""
