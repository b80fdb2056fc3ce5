# SPDX-License-Identifier: Apache-2.0
"""From a paste file to an application, with the configuration at hand."""

import contextvars
from typing import Any

from oslo_config import cfg
import paste.deploy

_conf: contextvars.ContextVar[cfg.ConfigOpts] = contextvars.ContextVar(
    'configuration of the application that is being loaded'
)


def loadapp(conf: cfg.ConfigOpts, path: str, name: str) -> Any:
    """Return the WSGI application ``name`` of the paste file at ``path``.

    Paste hands its factories strings only; while it runs them,
    :func:`current_conf` gives them ``conf``.
    """
    token = _conf.set(conf)
    try:
        return paste.deploy.loadapp(f'config:{path}', name=name)
    finally:
        _conf.reset(token)


def current_conf() -> cfg.ConfigOpts:
    """Return the configuration of the application being loaded.

    :raises LookupError: outside of :func:`loadapp`
    """
    return _conf.get()
