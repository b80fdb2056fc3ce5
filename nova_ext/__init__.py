# SPDX-License-Identifier: Apache-2.0
"""Audit layer for servers: users, actions, steps and hosts."""
