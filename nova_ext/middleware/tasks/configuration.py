# SPDX-License-Identifier: Apache-2.0
"""The configuration of the tasks filter, apart from the application's."""

from oslo_config import cfg
from oslo_log import log

from ext_lib import policy
from ext_lib.db import connect_limits
from ext_lib.wsgi import loading
from nova_ext.conf import opts
from nova_ext.db.facade import facade

LOG = log.getLogger(__name__)


class NoConfigFile(Exception):
    """The path of the filter's own file is missing."""


def load(path: str | None) -> cfg.ConfigOpts:
    """Return the configuration, after connecting the store to it.

    :param path: the filter's own file; None in this service's own pipeline
    """
    if path is None and loading.is_loading():
        return loading.current_conf()
    try:
        conf = read(path)
        # A policy file that is missing or bad is an error here, too.
        policy.Enforcer(conf, ())
        facade.configure(conf, limits=store_limits(conf))
    except Exception:
        # The application behind the filter has to serve without tasks, too.
        LOG.exception('Tasks are not configured: %s', path)
        facade.reset()
        conf = cfg.ConfigOpts()
        opts.register_opts(conf)
        conf([], project='nova-ext', default_config_files=[])
    return conf


def read(path: str | None) -> cfg.ConfigOpts:
    """Return the configuration in the filter's own file.

    :raises NoConfigFile: when there is no path
    :raises oslo_config.cfg.Error: when the file cannot be read, or understood
    """
    if path is None:
        raise NoConfigFile(
            'The paste section of the filter has no config_file'
        )
    conf = cfg.ConfigOpts()
    opts.register_opts(conf)
    # The first request that needs the store finds out whether it is down.
    conf.set_default('max_retries', 0, 'database')
    # The variables of the environment belong to the application.
    conf(
        [],
        project='nova-ext',
        default_config_files=[path],
        default_config_dirs=[],
        use_env=False,
    )
    return conf


def store_limits(conf: cfg.ConfigOpts) -> connect_limits.ConnectLimits:
    """Return how long the store may take.

    The application continues without tasks, so it must not wait for them.
    """
    return connect_limits.ConnectLimits(
        conf.tasks.store_timeout, conf.tasks.store_retry_interval
    )
