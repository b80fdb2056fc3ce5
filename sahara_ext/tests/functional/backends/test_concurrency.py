# SPDX-License-Identifier: Apache-2.0
"""Each operation has one engine, on servers."""

from sahara_ext.tests.functional import concurrency
from sahara_ext.tests.functional.backends import database

load_tests = database.load_tests


class TestConcurrency(database.ServerTestCase, concurrency.ConcurrencyTests):
    pass
