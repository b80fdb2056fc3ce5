# SPDX-License-Identifier: Apache-2.0
"""The history of a server: what was done to it, where, and how it ended."""
