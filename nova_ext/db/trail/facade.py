# SPDX-License-Identifier: Apache-2.0
"""The facade of the database of the trail."""

from oslo_config import cfg

from ext_lib.db.facade import Facade

GROUP = 'trail'

facade = Facade()


class _State:
    is_configured = False


def is_configured() -> bool:
    """Return whether this process has a trail."""
    return _State.is_configured


def configure(conf: cfg.ConfigOpts) -> bool:
    """Take the database from ``[trail]``; return whether there is one."""
    _State.is_configured = bool(conf.trail.connection)
    if _State.is_configured:
        facade.configure(conf, GROUP)
    else:
        facade.reset()
    return _State.is_configured
