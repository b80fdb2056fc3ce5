# SPDX-License-Identifier: Apache-2.0
"""Every option of sahara_ext, for the programs and for the sample file."""

from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from sahara_ext.conf import api
from sahara_ext.conf import database
from sahara_ext.conf import engine
from sahara_ext.conf import event_log
from sahara_ext.conf import infra
from sahara_ext.conf import infra_compute
from sahara_ext.conf import plugins
from sahara_ext.conf import status

_MODULES = (
    api,
    database,
    engine,
    event_log,
    infra,
    infra_compute,
    plugins,
    status,
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make all options known to ``conf``."""
    for module in _MODULES:
        module.register_opts(conf)


def list_opts() -> list[tuple[Any, Sequence[cfg.Opt]]]:
    """Return ``(group, options)`` pairs for oslo-config-generator."""
    return [pair for module in _MODULES for pair in module.list_opts()]
