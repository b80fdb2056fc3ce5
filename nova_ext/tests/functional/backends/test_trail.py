# SPDX-License-Identifier: Apache-2.0
"""The trail, with cells and a database of its own on servers."""

import sqlalchemy as sa

from ext_lib.testing import relay
from ext_lib.testing import servers
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cases
from nova_ext.tests.functional.trail import collector_process
from nova_ext.tests.functional.trail import crash
from nova_ext.tests.functional.trail import export_purge_import
from nova_ext.tests.functional.trail import proof
from nova_ext.tests.functional.trail import questions

load_tests = servers.load_tests

_PORTS = {'mysql': 3306, 'postgresql': 5432}


class _OnServers(base.OnServers, servers.OnServers):
    """Cells are reached through relays."""

    def way(self, name, url):
        found = sa.engine.make_url(url)
        port = found.port or _PORTS[found.get_backend_name()]
        self.relays = getattr(self, 'relays', {})
        self.relays[name] = self.useFixture(relay.Relay(port))
        found = found.set(host='127.0.0.1', port=self.relays[name].port)
        return found.render_as_string(hide_password=False)

    def cut(self, name):
        self.relays[name].refuse()

    def mend(self, name):
        self.relays[name].recover()


class TestCopy(_OnServers, cases.CopyCases):
    """See the base class."""


class TestSchema(_OnServers, cases.SchemaCases):
    """See the base class."""


class TestLease(_OnServers, cases.LeaseCases):
    """See the base class."""


class TestRead(_OnServers, cases.ReadCases):
    """See the base class."""


class TestCrash(_OnServers, crash.CrashCases):
    """See the base class."""

    stride = 3


class TestQuestions(_OnServers, questions.QuestionCases):
    """See the base class."""


class TestHistory(_OnServers, questions.HistoryCases):
    """See the base class."""


class TestBadInput(_OnServers, questions.BadInputCases):
    """See the base class."""


class TestDepth(_OnServers, questions.DepthCases):
    """See the base class."""


class TestProof(_OnServers, proof.ProofCases):
    """See the base class."""


class TestOffline(_OnServers, proof.OfflineCases):
    """See the base class."""


class TestProofCrash(_OnServers, proof.ProofCrashCases):
    """See the base class."""

    stride = 5


class TestExport(_OnServers, export_purge_import.ExportCases):
    """See the base class."""


class TestPurge(_OnServers, export_purge_import.PurgeCases):
    """See the base class."""


class TestImport(_OnServers, export_purge_import.ImportCases):
    """See the base class."""


class TestMemory(_OnServers, collector_process.MemoryCases):
    """See the base class."""


class TestLag(_OnServers, collector_process.LagCases):
    """See the base class."""
