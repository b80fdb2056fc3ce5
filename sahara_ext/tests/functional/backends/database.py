# SPDX-License-Identifier: Apache-2.0
"""Tests of sahara_ext on databases of their own, on servers."""

from ext_lib.testing import servers
from sahara_ext.tests import base


class ServerTestCase(servers.OnServers, base.TestCase):
    """A test with ``url``, an empty database; once for each kind of server.

    Its module needs ``load_tests``, too.
    """


load_tests = servers.load_tests
