# SPDX-License-Identifier: Apache-2.0
"""Loading of the WSGI applications of the compute API."""

from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from ext_lib import configuration
from ext_lib.db import connect_limits
from ext_lib.wsgi import healthcheck
from ext_lib.wsgi import loading
from nova_ext import objects
from nova_ext.conf import cors
from nova_ext.conf import opts
from nova_ext.db import cells
from nova_ext.db.facade import facade
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import task_entries

_NAME = 'osapi_compute'
_AUDIT_NAME = 'osapi_compute_audit'
#: The API cannot serve unless it can write this one.
_TABLE = 'instances'


def configure(*, is_audit: bool = False) -> cfg.ConfigOpts:
    """Return the configuration in the files the environment names.

    :param is_audit: whether the databases of cells are needed in place of
        the service's own, where cells are configured
    """

    def databases(conf: cfg.ConfigOpts) -> Sequence[str]:
        return (is_audit and conf.cells.databases) or ['database']

    configuration.read_environment(
        cfg.CONF, 'nova-ext', opts.register_opts, databases
    )
    return cfg.CONF


def load(conf: cfg.ConfigOpts) -> Any:
    """Return the application, with its database and objects at hand.

    :raises PasteFileNotFound: when there is no paste file
    """
    healthcheck.set_defaults(conf, tables=[_TABLE])
    application = _load(conf, _NAME)
    trail.configure(conf)
    return application


def load_audit(conf: cfg.ConfigOpts) -> Any:
    """Return the application that reads the records of all cells.

    :raises NoConnection: when the section of a cell does not say where it is
    :raises PasteFileNotFound: when there is no paste file
    """
    defaults: dict[str, Any] = {}
    if databases := conf.cells.databases:
        defaults = {'databases': databases, 'databases_needed': 'any'}
    healthcheck.set_defaults(conf, **defaults)
    application = _load(conf, _AUDIT_NAME)
    if databases and conf.database.connection:
        _limit(conf)
    cells.configure(conf)
    trail.configure(conf)
    return application


def _load(conf: cfg.ConfigOpts, name: str) -> Any:
    cors.DEFAULTS.set(conf)
    facade.configure(conf)
    task_entries.configure(conf)
    objects.register_all()
    return loading.load(conf, 'nova_ext', name)


def _limit(conf: cfg.ConfigOpts) -> None:
    """Limit the wait for a database that has tasks and nothing else."""
    conf.set_default('max_retries', 0, 'database')
    limits = connect_limits.ConnectLimits(
        conf.cells.timeout, conf.cells.retry_interval
    )
    facade.configure(conf, limits=limits)
