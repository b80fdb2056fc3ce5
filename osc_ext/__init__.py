# SPDX-License-Identifier: Apache-2.0
"""Tasks of servers and progress of clusters for clients of OpenStack.

It is installed beside the clients that it extends, and imports nothing of the
services. This module itself imports nothing, as programs load it early.
"""
