# SPDX-License-Identifier: Apache-2.0
"""A database goes from one line to the other, wherever it is."""

from ext_lib.testing import servers
from nova_ext.tests.functional.backends import handover
from nova_ext.tests.functional.backends import handover_tests

load_tests = servers.load_tests


class TestLastNumber(servers.OnServers, handover_tests.LastNumber):
    pass


class TestLastNumberOnSQLite(handover.OnSQLite, handover_tests.LastNumber):
    pass


class TestNumberBefore(servers.OnServers, handover_tests.NumberBefore):
    pass


class TestNumberBeforeOnSQLite(handover.OnSQLite, handover_tests.NumberBefore):
    pass
