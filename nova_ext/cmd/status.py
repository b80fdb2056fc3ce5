# SPDX-License-Identifier: Apache-2.0
"""nova-ext-status: whether a deployment is ready for this release."""

from collections.abc import Iterator, Sequence
import configparser
import pathlib
import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from ext_lib.db import indexes
from ext_lib.db.facade import Facade
from nova_ext.cmd import nova_paste
from nova_ext.conf import opts
from nova_ext.db import migration
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks_conf

_SYNC = f'Run "{migration.schema.command}".'


class Checks(upgradecheck.UpgradeCommands):
    """What is asked before services start with new code.

    :param conf: the configuration, read when the command runs
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def check(self) -> upgradecheck.Code:
        """Print the answers; return the worst."""
        facade.configure(self._conf)
        try:
            return super().check()
        finally:
            facade.reset()

    def _schema(self) -> upgradecheck.Result:
        found = migration.schema.version(facade.get_engine())
        wanted = migration.schema.head
        if found == wanted:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.FAILURE,
            f'The schema is at {found or 0}, not at {wanted}. {_SYNC}',
        )

    def _indexes(self) -> upgradecheck.Result:
        missing = _missing_indexes(
            facade.get_engine(), self._conf.status.big_table
        )
        if not missing:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.WARNING,
            f'These tables lack indexes: {"; ".join(missing)}. '
            'Run "nova-ext-manage db create_indexes".',
        )

    def _tasks_filter(self) -> upgradecheck.Result:
        path = pathlib.Path(self._conf.status.nova_api_paste_config)
        if not path.exists():
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        try:
            paste = nova_paste.NovaPaste(path)
        except (OSError, configparser.Error) as error:
            return upgradecheck.Result(
                upgradecheck.Code.WARNING, f'{path} cannot be read: {error}'
            )
        faults = list(_faults(path, paste))
        if not faults:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(upgradecheck.Code.WARNING, ' '.join(faults))

    _upgrade_checks = (
        ('Schema', _schema),
        ('Indexes', _indexes),
        ('Tasks filter', _tasks_filter),
    )


def _faults(path: pathlib.Path, paste: nova_paste.NovaPaste) -> Iterator[str]:
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
        conf = tasks_conf.read(config_file)
        store.configure(conf, patience=tasks_conf.patience_with(conf))
        found = migration.schema.version(store.get_engine())
    except Exception as error:
        # The file may say anything.
        return str(error)
    finally:
        store.reset()
    if found == migration.schema.head:
        return None
    return f'the schema of its database is at {found or 0}'


def _missing_indexes(engine: sa.engine.Engine, big: int) -> list[str]:
    """Return what hurts, as ``table (index, index)``."""
    with engine.connect() as connection:
        by_table = {
            table.name: _that_matter(connection, table, missing, big)
            for table, missing in indexes.missing_by_table(
                connection, models.Base.metadata
            )
        }
    return [
        f'{table} ({", ".join(names)})'
        for table, names in by_table.items()
        if names
    ]


def _that_matter(
    connection: sa.engine.Connection,
    table: sa.Table,
    missing: list[sa.Index],
    big: int,
) -> list[str]:
    if not indexes.has_more_rows(connection, table, big):
        # Few rows are found without; that none is there twice is another
        # matter.
        missing = [index for index in missing if index.unique]
    return [str(index.name) for index in missing]


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    opts.register_opts(conf)
    arguments = list(sys.argv[1:] if argv is None else argv)
    return upgradecheck.main(conf, 'nova-ext', Checks(conf), arguments)


if __name__ == '__main__':
    sys.exit(main())
