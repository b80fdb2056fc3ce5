# SPDX-License-Identifier: Apache-2.0
"""The log of an engine on the database of the test."""

from sahara_ext.tests.functional.engine import logs
from sahara_ext.tests.functional.engine import test_crash


class TestLogs(logs.Logs, test_crash.LocalTestCase):
    """On the usual database."""
