# SPDX-License-Identifier: Apache-2.0
"""Tasks of servers and progress of clusters for openstacksdk."""

from osc_ext.sdk.connection import Connection
from osc_ext.sdk.connection import register

__all__ = ['Connection', 'register']
