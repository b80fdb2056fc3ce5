# SPDX-License-Identifier: Apache-2.0
"""The configuration of a WSGI entry point, which has no command line."""

import os

from oslo_config import cfg
from oslo_log import log

from ext_lib import command_line
from ext_lib import state_dump
from ext_lib.db import reach
from sahara_ext.conf import opts

_FILES = 'OS_SAHARA_EXT_CONFIG_FILES'


def read() -> cfg.ConfigOpts:
    """Return the configuration in the files the environment names."""
    # Not one of our own: oslo.messaging makes some of its options known to
    # this one only.
    conf = cfg.CONF
    log.register_options(conf)
    opts.register_opts(conf)
    # A client that is told to come again is served better than one kept
    # waiting, and the next request finds the database as it is then.
    conf.set_default('max_retries', 0, 'database')
    given = os.environ.get(_FILES)
    files = given.split(';') if given else None
    command_line.read_files(conf, 'sahara-ext', files)
    reach.check(conf)
    log.setup(conf, 'sahara-ext')
    state_dump.setup(conf, 'sahara-ext')
    return conf
