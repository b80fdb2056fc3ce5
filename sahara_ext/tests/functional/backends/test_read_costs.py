# SPDX-License-Identifier: Apache-2.0
"""Commands of each read of clusters to MariaDB."""

from ext_lib.testing import costs
from sahara_ext.tests.functional import test_read_costs
from sahara_ext.tests.functional.backends import database

load_tests = database.load_tests


class MariaDBReadCostsTest(costs.OnMariaDB, test_read_costs.ReadCostsTest):
    """The same table, on MariaDB."""
