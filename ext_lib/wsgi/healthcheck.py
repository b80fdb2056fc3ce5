# SPDX-License-Identifier: Apache-2.0
"""Health of a process, for load balancers."""

from collections.abc import Iterable, Sequence
import logging
from typing import Any

from oslo_config import cfg
from oslo_middleware import healthcheck
from oslo_middleware.healthcheck import opts
from oslo_middleware.healthcheck import pluginbase
import sqlalchemy as sa

from ext_lib import exception
from ext_lib.db import probe
from ext_lib.db import storage

LOG = logging.getLogger(__name__)

GROUP = 'healthcheck'
OPTS = [
    cfg.ListOpt(
        'databases',
        default=['database'],
        help='Names of the sections that describe the databases the backend '
        'ext_database asks for a sign of life.',
    ),
    cfg.StrOpt(
        'databases_needed',
        default='all',
        choices=[
            ('all', 'a process can serve when each of them answers'),
            ('any', 'one that answers will do; so it is for audits of cells'),
        ],
        help='How many of the databases have to answer.',
    ),
    cfg.ListOpt(
        'tables',
        default=[],
        help='Names of tables that have to be in each of the databases, and '
        'to be writable. With none of them a sign of life is enough, and so '
        'it is for audits, which only read. The default of an API is a table '
        'of its own.',
    ),
]
#: Name of the entry point of :class:`Databases`.
_BACKEND = 'ext_database'


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known to ``conf``: oslo.middleware's and ours.

    Defaults that were set since stay.
    """
    if GROUP in conf and 'databases' in conf[GROUP]:
        return
    conf.register_opts(opts.HEALTHCHECK_OPTS, group=GROUP)
    conf.register_opts(OPTS, group=GROUP)
    conf.set_default('backends', [_BACKEND], group=GROUP)


def set_defaults(conf: cfg.ConfigOpts, **values: Any) -> None:
    """Register the options, with defaults of one service."""
    register_opts(conf)
    for name, value in values.items():
        conf.set_default(name, value, GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return our options for sample files."""
    return [(GROUP, OPTS)]


class Databases(pluginbase.HealthcheckBaseExtension):
    """Health check of the databases of a process.

    oslo.middleware finds it among its ``oslo.middleware.healthcheck`` entry
    points. It keeps connections of its own: that all others are in use is no
    reason to be taken out of service.
    """

    def __init__(
        self, oslo_conf: cfg.ConfigOpts, conf: dict[str, Any]
    ) -> None:
        super().__init__(oslo_conf, conf)
        self._probes = {
            group: _Probe(oslo_conf, group) for group in self._groups()
        }

    def _groups(self) -> list[str]:
        groups: list[str] = self.oslo_conf[GROUP].databases
        return groups

    def healthcheck(self, server_port: int) -> pluginbase.HealthcheckResult:
        """Return whether enough of them answer, and which do not."""
        unreachable = [
            group
            for group, probe in self._probes.items()
            if not probe.answers()
        ]
        details = (
            f'No answer, see the log: {", ".join(unreachable)}'
            if unreachable
            else ''
        )
        if not unreachable or (
            self._is_one_enough() and len(unreachable) < len(self._probes)
        ):
            return pluginbase.HealthcheckResult(
                available=True, reason='OK', details=details
            )
        return pluginbase.HealthcheckResult(
            available=False, reason='DATABASE UNAVAILABLE', details=details
        )

    def _is_one_enough(self) -> bool:
        return bool(self.oslo_conf[GROUP].databases_needed == 'any')


class _Probe(probe.Probe):
    """A database that load balancers ask for."""

    def answers(self) -> bool:
        """Return whether the database serves; the log knows why not."""
        try:
            with self.engine.connect() as connection:
                connection.execute(sa.text('SELECT 1'))
                self._try_to_write(connection)
        except Exception as error:
            # Whatever it is, it is the answer; its text may hold names.
            why = storage.reason(error)
            text = storage.driver_text(error) if why else error
            LOG.warning('Database of [%s]: %s', self._group, text)
            return False
        if self._tables and storage.FULL_DISKS.has(self.engine):
            LOG.warning('Database of [%s]: %s', self._group, storage.FULL)
            return False
        return True

    @property
    def _tables(self) -> list[str]:
        return list(self._conf[GROUP].tables)

    def _try_to_write(self, connection: sa.engine.Connection) -> None:
        """Have the database refuse to write, if it does; no row changes."""
        if self._tables and connection.dialect.name == 'sqlite':
            connection.execute(sa.text('PRAGMA busy_timeout = 0'))
        for name in self._tables:
            try:
                connection.execute(sa.delete(sa.table(name)).where(sa.false()))
            except sa.exc.OperationalError as error:
                # Another connection writes at the moment, so one can.
                if storage.reason(error) != storage.LOCKED:
                    raise


def application(conf: cfg.ConfigOpts) -> Any:
    """Return the application that answers load balancers.

    ``[healthcheck]`` says how much it tells, and to which clients. It raises
    Forbidden for others.
    """
    register_opts(conf)
    return healthcheck.Healthcheck(_refuse, conf)


def _refuse(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    raise exception.Forbidden()
