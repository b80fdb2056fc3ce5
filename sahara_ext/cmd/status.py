# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-status: whether a deployment is ready for this release."""

from collections.abc import Sequence
import sys

from oslo_config import cfg

from ext_lib.db import status
from sahara_ext.conf import opts
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema

_DATABASE = status.ServiceDatabase(
    'sahara-ext-manage', facade, schema, models.Base.metadata
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    opts.register_opts(conf)
    return status.main(
        'sahara-ext', status.Checks(conf, _DATABASE), argv, conf
    )


if __name__ == '__main__':
    sys.exit(main())
