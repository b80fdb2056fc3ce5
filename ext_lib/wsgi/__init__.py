# SPDX-License-Identifier: Apache-2.0
"""WSGI building blocks of the services."""
