# SPDX-License-Identifier: Apache-2.0
"""Every option of nova_ext, for the programs and for the sample file."""

from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from nova_ext.conf import api
from nova_ext.conf import cells
from nova_ext.conf import compute
from nova_ext.conf import conductor
from nova_ext.conf import database
from nova_ext.conf import status
from nova_ext.conf import tasks

_MODULES = (api, cells, compute, conductor, database, status, tasks)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make all options known to ``conf``."""
    for module in _MODULES:
        module.register_opts(conf)


def list_opts() -> list[tuple[Any, Sequence[cfg.Opt]]]:
    """Return ``(group, options)`` pairs for oslo-config-generator."""
    return [pair for module in _MODULES for pair in module.list_opts()]
