# SPDX-License-Identifier: Apache-2.0
"""Tasks of servers and progress of clusters for openstacksdk."""

from osc_ext.sdk.connection import Connection
from osc_ext.sdk.connection import register
from osc_ext.sdk.retry import retry_safe

__all__ = ['Connection', 'register', 'retry_safe']
