# SPDX-License-Identifier: Apache-2.0
"""What browsers' pages of other origins may send and read."""

from oslo_config import cfg

from ext_lib.wsgi import cors

DEFAULTS = cors.defaults(
    ['X-OpenStack-Nova-API-Version', 'Task-tag'],
    [
        'X-Compute-Request-Id',
        'X-OpenStack-Nova-API-Version',
        'Task-tag',
        'Task-id',
        'Task-repeat',
        'Link',
    ],
)


def set_defaults(conf: cfg.ConfigOpts) -> None:
    """Set what ``[cors]`` allows unless it is configured."""
    cors.set_defaults(conf, DEFAULTS)


def set_library_defaults() -> None:
    """Have the sample file show the defaults."""
    cors.set_library_defaults(DEFAULTS)
