# SPDX-License-Identifier: Apache-2.0
"""nova-ext-status: whether a deployment is ready for this release."""

from collections.abc import Sequence
import configparser
import pathlib
import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from ext_lib.db import status
from nova_ext.cmd import nova_paste
from nova_ext.conf import opts
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema

_DATABASE = status.Database(
    'nova-ext-manage', facade, schema, models.Base.metadata
)


class Checks(status.Checks):
    """What is asked before services start with new code."""

    def _tasks_filter(self) -> upgradecheck.Result:
        path = pathlib.Path(self._conf.status.nova_api_paste_config)
        if not path.exists():
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        try:
            missing = nova_paste.unprotected(path)
        except (OSError, configparser.Error) as error:
            return upgradecheck.Result(
                upgradecheck.Code.WARNING, f'{path} cannot be read: {error}'
            )
        if not missing:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.WARNING,
            f'{path} has no tasks filter right before the application in: '
            f'{", ".join(missing)}. Their requests leave no task.',
        )

    _upgrade_checks = (
        *status.Checks.of_database,
        ('Tasks filter', _tasks_filter),
    )


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    opts.register_opts(conf)
    arguments = list(sys.argv[1:] if argv is None else argv)
    checks = Checks(conf, _DATABASE)
    return upgradecheck.main(conf, 'nova-ext', checks, arguments)


if __name__ == '__main__':
    sys.exit(main())
