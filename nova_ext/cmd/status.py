# SPDX-License-Identifier: Apache-2.0
"""nova-ext-status: whether a deployment is ready for this release."""

from collections.abc import Container, Iterator, Sequence
import configparser
import functools
import pathlib
import sys
from typing import Any

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from ext_lib.db import probe
from ext_lib.db import schema_parts
from ext_lib.db import status
from ext_lib.db.facade import Facade
from nova_ext.conf import opts
from nova_ext.db import migration
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import lag
from nova_ext.middleware.tasks import configuration

_DATABASE = status.ServiceDatabase(
    'nova-ext-manage', facade, schema, models.Base.metadata
)

_OPTION = 'paste.filter_factory'
_FACTORY = 'nova_ext.middleware.tasks:filter_factory'
_APPLICATION = 'osapi_compute_app_v21'
_FILTER = 'filter:'


class NovaPaste:
    """The ``api-paste.ini`` of a nova.

    :raises configparser.Error: when the file is no paste file
    :raises OSError: when it cannot be read
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._file = configparser.RawConfigParser(strict=False)
        # What paste takes for options is anything but lower case.
        self._file.optionxform = str  # type: ignore[method-assign,assignment]
        self._file.read_string(path.read_text())

    def unprotected(self) -> list[str]:
        """Return the pipelines that lack the filter, or have it too early.

        It belongs right before the application: what a filter behind it
        refuses would leave a task of a request that never was.

        :returns: names such as ``openstack_compute_api_v21 keystone``
        """
        return [
            f'{section.partition(":")[2]} {name}'
            for section in self._file.sections()
            for name, pipeline in self._file.items(section)
            if _lacks(pipeline.split(), self._filters)
        ]

    def config_files(self) -> dict[str, str | None]:
        """Return the filters' own files by the names of the filters."""
        return {
            name: self._file.get(section, 'config_file', fallback=None)
            for name, section in self._filters.items()
        }

    @functools.cached_property
    def _filters(self) -> dict[str, str]:
        return {
            section.removeprefix(_FILTER): section
            for section in self._file.sections()
            if section.startswith(_FILTER) and self._is_ours(section)
        }

    def _is_ours(self, section: str) -> bool:
        factory = self._file.get(section, _OPTION, fallback='')
        return factory == _FACTORY


def _lacks(pipeline: list[str], filters: Container[str]) -> bool:
    if len(pipeline) < 2 or pipeline[-1] != _APPLICATION:
        return False
    return pipeline[-2] not in filters


class Checks(status.Checks):
    """Checks before services start with new code."""

    def _tasks_filter(self) -> upgradecheck.Result:
        path = pathlib.Path(self._conf.status.nova_api_paste_config)
        if not path.exists():
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        try:
            paste = NovaPaste(path)
        except (OSError, configparser.Error) as error:
            return upgradecheck.Result(
                upgradecheck.Code.WARNING, f'{path} cannot be read: {error}'
            )
        faults = list(_faults(path, paste))
        if not faults:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(upgradecheck.Code.WARNING, ' '.join(faults))

    def _trail(self) -> upgradecheck.Result:
        if not self._conf.trail.connection:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        try:
            return self._lag()
        except Exception as error:
            # Any error means that the audit cannot answer.
            return upgradecheck.Result(
                upgradecheck.Code.WARNING, f'It cannot be read: {error}'
            )

    def _lag(self) -> upgradecheck.Result:
        conf = self._conf
        engine = probe.Probe(conf, trail.GROUP).engine
        found = migration.trail.version(engine)
        if found != migration.trail.head:
            return upgradecheck.Result(
                upgradecheck.Code.FAILURE,
                f'Its schema is at {found or 0}, not at '
                f'{migration.trail.head}. Run "{migration.trail.command}".',
            )
        with engine.connect() as connection:
            lags = lag.measure(connection, conf)
        text = f'Lag of {lag.describe(lags)}.'
        if late := lag.excessive(lags, conf):
            return upgradecheck.Result(
                upgradecheck.Code.WARNING,
                f'{text} More than {conf.trail.lag_warning} s: '
                f'{", ".join(one.title for one in late)}. '
                'Check that nova-ext-trail runs, and its log.',
            )
        return upgradecheck.Result(upgradecheck.Code.SUCCESS, text)

    def databases(self) -> Sequence[str]:
        """Return that of the service, or none beside a nova."""
        if self._is_audit:
            return []
        return super().databases()

    def check(self) -> upgradecheck.Code:
        """Print the answers; return the worst."""
        if self._is_audit:
            self._upgrade_checks = self.of_trail
        return super().check()

    @property
    def _is_audit(self) -> bool:
        conf = self._conf
        return bool(conf.trail.connection and not conf.database.connection)

    #: The checks beside a nova, where this service has no database.
    of_trail = (('Trail', _trail),)
    _upgrade_checks: tuple[Any, ...] = (
        *status.Checks.of_database,
        ('Tasks filter', _tasks_filter),
        *of_trail,
    )


def _faults(path: pathlib.Path, paste: NovaPaste) -> Iterator[str]:
    """Yield, as sentences, what keeps a nova from leaving tasks."""
    pipelines = paste.unprotected()
    if pipelines:
        yield (
            f'{path} has no tasks filter right before the application in: '
            f'{", ".join(pipelines)}. Their requests leave no task.'
        )
    for name, config_file in paste.config_files().items():
        fault = _store_fault(config_file)
        if fault:
            yield f'The filter {name} in {path} stores nothing: {fault}.'


def _store_fault(config_file: str | None) -> str | None:
    """Return why a filter with this file of its own has no store."""
    store = Facade()
    try:
        conf = configuration.read(config_file)
        store.configure(conf, limits=configuration.store_limits(conf))
        engine = store.get_engine()
        wanted = schema_parts.of(schema, engine)
        found = wanted.version(engine)
    except Exception as error:
        # The file may say anything.
        return str(error)
    finally:
        store.reset()
    if found == wanted.head:
        return None
    return f'the schema of its database is at {found or 0}'


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    opts.register_opts(conf)
    return status.main('nova-ext', Checks(conf, _DATABASE), argv, conf)


if __name__ == '__main__':
    sys.exit(main())
