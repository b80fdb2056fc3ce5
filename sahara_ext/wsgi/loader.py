# SPDX-License-Identifier: Apache-2.0
"""Loading of the WSGI application of the API."""

from typing import Any

from oslo_config import cfg

from ext_lib import configuration
from ext_lib.wsgi import healthcheck
from ext_lib.wsgi import loading
from sahara_ext import objects
from sahara_ext.conf import cors
from sahara_ext.conf import opts
from sahara_ext.db.facade import facade

_NAME = 'data_processing'
#: The API cannot serve unless it can write this one.
_TABLE = 'clusters'


def configure() -> cfg.ConfigOpts:
    """Return the configuration in the files the environment names."""
    configuration.read_environment(cfg.CONF, 'sahara-ext', opts.register_opts)
    return cfg.CONF


def load(conf: cfg.ConfigOpts) -> Any:
    """Return the application, with its database and objects at hand.

    :raises PasteFileNotFound: when there is no paste file
    """
    healthcheck.set_defaults(conf, tables=[_TABLE])
    cors.DEFAULTS.set(conf)
    facade.configure(conf)
    objects.register_all()
    return loading.load(conf, 'sahara_ext', _NAME)
