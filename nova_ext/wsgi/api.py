# SPDX-License-Identifier: Apache-2.0
"""The compute API for WSGI servers: the module's ``application``.

Configuration files come from ``OS_NOVA_EXT_CONFIG_FILES``, separated by
semicolons; without it, from where oslo.config looks for ``nova-ext.conf``.
"""

import os

from oslo_config import cfg
from oslo_log import log

from nova_ext.conf import opts
from nova_ext.wsgi import loader

_FILES = 'OS_NOVA_EXT_CONFIG_FILES'


def _configuration() -> cfg.ConfigOpts:
    # Not one of our own: oslo.messaging makes some of its options known to
    # this one only.
    conf = cfg.CONF
    log.register_options(conf)
    opts.register_opts(conf)
    given = os.environ.get(_FILES)
    files = given.split(';') if given else None
    conf([], project='nova-ext', default_config_files=files)
    log.setup(conf, 'nova-ext')
    return conf


application = loader.load(_configuration())
