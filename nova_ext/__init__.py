# SPDX-License-Identifier: Apache-2.0
"""The audit layer for servers: who did what, on which host."""
