# SPDX-License-Identifier: Apache-2.0
"""Engines as operators run them: processes that may be killed."""

import configparser
import os
import pathlib
import signal
from typing import Any

import fixtures
import sqlalchemy as sa

from ext_lib import context as ext_context
from ext_lib.testing import polling
from ext_lib.testing import process
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.objects.cluster import Cluster
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import directory_cloud

#: Long enough for a busy machine, short enough to wait for.
TIMEOUT = 3.0

_STOPPED = os.WSTOPPED | os.WEXITED | os.WNOWAIT

#: How each database is configured not to wait, and what would have to.
_TABLES = ('clusters', 'cluster_provision_steps', 'engines')
_ROWS = [f'SELECT 1 FROM {table} FOR UPDATE' for table in _TABLES]
_LOCK_TIMEOUTS = {
    'sqlite': ('PRAGMA busy_timeout = 0', ['BEGIN IMMEDIATE']),
    'mysql': ('SET SESSION innodb_lock_wait_timeout = 1', _ROWS),
    'postgresql': ("SET LOCAL lock_timeout = '1s'", _ROWS),
}

_PROGRAM = 'sahara_ext.cmd.engine'


class Engines(fixtures.Fixture):
    """Engines on one database, which work with ``directory_cloud``.

    :param database_url: of a database with tables
    :param transport_url: of the messages
    :param options: of engines, in place of the usual ones
    """

    def __init__(
        self,
        database_url: str,
        transport_url: str = 'fake://',
        **options: Any,
    ) -> None:
        super().__init__()
        self._database_url = database_url
        self._transport_url = transport_url
        self._options = {
            'heartbeat_interval': 0.2,
            'heartbeat_timeout': TIMEOUT,
            'search_interval': 0.2,
            **options,
        }

    def _setUp(self) -> None:
        self._directory = self.useFixture(fixtures.TempDir()).path
        self.directory_cloud = self.useFixture(
            directory_cloud.DirectoryCloud()
        )
        config = configparser.RawConfigParser()
        config['DEFAULT'] = {'transport_url': self._transport_url}
        config['database'] = {'connection': self._database_url}
        config['engine'] = {k: str(v) for k, v in self._options.items()}
        self._config = pathlib.Path(self._directory, 'sahara-ext.conf')
        with self._config.open('w') as file:
            config.write(file)

    def start(self, host: str = 'node1') -> 'EngineProcess':
        """Start an engine, return it once it gave a sign of life.

        :param host: a new one
        """
        engine = self.useFixture(
            EngineProcess(
                _PROGRAM,
                ['--config-file', str(self._config), '--host', host],
                self._directory,
                self.directory_cloud.environment,
            )
        )

        def is_there() -> bool:
            engine.check()
            return host in alive()

        polling.wait_until(is_there, f'the engine on {host}')
        return engine


class EngineProcess(process.Process):
    """A running engine."""

    def freeze(self) -> None:
        """Have it do nothing for a while, amid no transaction of its own."""
        polling.wait_until(self._has_frozen, 'it to hold no lock')

    def _has_frozen(self) -> bool:
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, _STOPPED)
        if _no_process_writes():
            return True
        self.thaw()
        return False

    def thaw(self) -> None:
        """Have it continue."""
        self.process.send_signal(signal.SIGCONT)

    def has_said(self, text: str) -> bool:
        """Return whether it has written ``text``."""
        return text in self.output.read_text()


def _no_process_writes() -> bool:
    """Return whether each row could be written to at once."""
    url = facade.get_engine().url
    timeout, attempts = _LOCK_TIMEOUTS[url.get_backend_name()]
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        try:
            for statement in (timeout, *attempts):
                connection.execute(sa.text(statement))
        except sa.exc.DBAPIError:
            return False
    return True


def alive() -> list[str]:
    """Return the hosts of the engines that are known."""

    @facade.reader
    def read(context: Any) -> list[str]:
        return list(context.session.scalars(sa.select(models.Engine.host)))

    return read(ext_context.get_admin_context())


class EnginesTestCase(base.ClusterTestCase):
    """A test of engines that are processes of their own."""

    def setUp(self) -> None:
        super().setUp()
        self.engines = self.useFixture(self.make_engines())

    def make_engines(self) -> Engines:
        """Return the engines; none is running."""
        raise NotImplementedError

    def check(self, cluster: Cluster, **wanted: int) -> None:
        """Make sure that a cluster is exactly what it should be.

        :param wanted: sizes of its groups
        """
        self.assertEqual(
            {name: (count, count) for name, count in wanted.items()},
            base.sizes(cluster),
        )
        self.assertEqual({'active'}, base.states(cluster) or {'active'})
        for step in cluster.provision_steps:
            line = (step.step_name, step.completed, step.failed)
            self.assertEqual((step.step_name, step.total, 0), line)
            self.assertTrue(step.successful, step.step_name)

    def check_servers(self, *clusters: Cluster) -> None:
        """Make sure that clusters have the servers there are, one each."""
        stored = {
            instance.id: instance.instance_id
            for cluster in clusters
            for group in cluster.node_groups
            for instance in group.instances
        }
        self.assertEqual(stored, self.engines.directory_cloud.servers())
        made = self.engines.directory_cloud.made()
        self.assertEqual(len(set(made)), len(made))
