# SPDX-License-Identifier: Apache-2.0
"""Spark clusters on servers that one can log in on.

The tests need root, an SSH server, Java and Spark: ``tox -e spark``. They use
network namespaces of their own, and loopback.
"""
