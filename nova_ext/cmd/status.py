# SPDX-License-Identifier: Apache-2.0
"""nova-ext-status: whether a deployment is ready for this release."""

from collections.abc import Iterator, Sequence
import configparser
import pathlib
import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from ext_lib.db import schema_parts
from ext_lib.db import status
from ext_lib.db.facade import Facade
from nova_ext.cmd import nova_paste
from nova_ext.conf import opts
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.middleware.tasks import configuration

_DATABASE = status.ServiceDatabase(
    'nova-ext-manage', facade, schema, models.Base.metadata
)


class Checks(status.Checks):
    """Checks before services start with new code."""

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
        *status.Checks.of_database,
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
