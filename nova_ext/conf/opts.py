# SPDX-License-Identifier: Apache-2.0
"""Every option of nova_ext, for the programs and for the sample file."""

from collections.abc import Sequence

from oslo_config import cfg

from ext_lib import options
from nova_ext.conf import api
from nova_ext.conf import cells
from nova_ext.conf import compute
from nova_ext.conf import conductor
from nova_ext.conf import status
from nova_ext.conf import tasks

_SECTIONS: Sequence[options.Section] = (
    (options.API, api.OPTS),
    (options.WSGI, options.WSGI_OPTS),
    (cells.GROUP, cells.OPTS),
    ('DEFAULT', compute.DEFAULT_OPTS),
    (compute.GROUP, compute.COMPUTE_OPTS),
    (compute.FAKE, compute.FAKE_OPTS),
    (conductor.GROUP, conductor.OPTS),
    (status.GROUP, status.OPTS),
    (tasks.GROUP, tasks.OPTS),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register all options in ``conf``."""
    options.register(conf, _SECTIONS)


def list_opts() -> list[options.Section]:
    """Return ``(group, options)`` pairs for oslo-config-generator."""
    return list(_SECTIONS)
