# SPDX-License-Identifier: Apache-2.0
"""The data processing service: clusters, and what happens to them."""
