# SPDX-License-Identifier: Apache-2.0
"""The configuration of the tasks filter, which is never the application's."""

from oslo_config import cfg
from oslo_log import log

from ext_lib.db import patience
from ext_lib.wsgi import loading
from nova_ext.conf import opts
from nova_ext.db.facade import facade

LOG = log.getLogger(__name__)


def load(path: str | None) -> cfg.ConfigOpts:
    """Return the configuration, and let the store be found by it.

    :param path: the filter's own file; None in this service's own pipeline
    """
    if path is None:
        return loading.current_conf()
    conf = cfg.ConfigOpts()
    try:
        _read(conf, path)
        _configure_store(conf)
    except Exception:
        # What stands behind the filter must serve whatever becomes of tasks.
        LOG.exception('Tasks are not configured: %s', path)
        facade.reset()
        conf = cfg.ConfigOpts()
        opts.register_opts(conf)
        conf([], project='nova-ext', default_config_files=[])
    return conf


def _read(conf: cfg.ConfigOpts, path: str) -> None:
    opts.register_opts(conf)
    # A store that is down is found out by the request that needs it.
    conf.set_default('max_retries', 0, 'database')
    # The variables of the environment are the other service's.
    conf(
        [],
        project='nova-ext',
        default_config_files=[path],
        default_config_dirs=[],
        use_env=False,
    )


def _configure_store(conf: cfg.ConfigOpts) -> None:
    # The other service goes on without tasks, so it must not wait for them.
    limits = patience.Patience(
        conf.tasks.store_timeout, conf.tasks.store_retry_interval
    )
    facade.configure(conf, patience=limits)
