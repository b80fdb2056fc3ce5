# SPDX-License-Identifier: Apache-2.0
"""Many requests scale one cluster at once, on servers."""

from sahara_ext.tests.functional import scaling_at_once
from sahara_ext.tests.functional.backends import database

load_tests = database.load_tests


class TestScaling(database.ServerTestCase, scaling_at_once.ScalingTests):
    pass
