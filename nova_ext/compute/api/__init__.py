# SPDX-License-Identifier: Apache-2.0
"""Requests that change servers, one module a noun."""
