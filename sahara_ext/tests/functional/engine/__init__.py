# SPDX-License-Identifier: Apache-2.0
"""Clusters from the request to the end, with engines in this process."""
