# SPDX-License-Identifier: Apache-2.0
"""Every option of sahara_ext, for the programs and for the sample file."""

from collections.abc import Sequence

from oslo_config import cfg

from ext_lib import options
from ext_lib.db import indexes
from sahara_ext.conf import engine
from sahara_ext.conf import event_log
from sahara_ext.conf import infra
from sahara_ext.conf import infra_compute
from sahara_ext.conf import plugins

_STATUS = cfg.OptGroup('status', title='What sahara-ext-status looks at')

_SECTIONS: Sequence[options.Section] = (
    (options.API, options.API_OPTS),
    (options.WSGI, options.WSGI_OPTS),
    ('DEFAULT', engine.DEFAULT_OPTS),
    (engine.GROUP, engine.ENGINE_OPTS),
    ('DEFAULT', event_log.DEFAULT_OPTS),
    (event_log.GROUP, event_log.EVENT_LOG_OPTS),
    (infra.GROUP, infra.OPTS),
    (plugins.GROUP, plugins.OPTS),
    (_STATUS, [indexes.BIG_TABLE]),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register all options in ``conf``."""
    options.register(conf, _SECTIONS)
    infra_compute.register_opts(conf)


def list_opts() -> list[options.Section]:
    """Return ``(group, options)`` pairs for oslo-config-generator."""
    return [*_SECTIONS, *infra_compute.list_opts()]
