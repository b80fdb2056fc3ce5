# SPDX-License-Identifier: Apache-2.0
"""The database of servers and of what happened to them."""
