# SPDX-License-Identifier: Apache-2.0
"""The database of servers and their history."""
