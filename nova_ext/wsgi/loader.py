# SPDX-License-Identifier: Apache-2.0
"""From a configuration to the WSGI application of the compute API."""

import pathlib
import sys
from typing import Any

from oslo_config import cfg

from ext_lib.wsgi import loading
from nova_ext import objects
from nova_ext.db import api as db

_NAME = 'osapi_compute'
#: Beside the installed package, or beside the sources.
_PLACES = (
    pathlib.Path(sys.prefix) / 'etc' / 'nova_ext',
    pathlib.Path(__file__).parents[2] / 'etc' / 'nova_ext',
)


class PasteFileNotFound(Exception):
    """The file ``[wsgi] api_paste_config`` names is nowhere."""


def load(conf: cfg.ConfigOpts) -> Any:
    """Return the application, with its database and objects at hand.

    :raises PasteFileNotFound: when there is no paste file
    """
    db.facade.configure(conf)
    objects.register_all()
    return loading.loadapp(conf, _paste_file(conf), _NAME)


def _paste_file(conf: cfg.ConfigOpts) -> str:
    name = conf.wsgi.api_paste_config
    if found := conf.find_file(name):
        return str(found)
    for place in (pathlib.Path(), *_PLACES):
        if (place / name).is_file():
            return str((place / name).resolve())
    raise PasteFileNotFound(name)
