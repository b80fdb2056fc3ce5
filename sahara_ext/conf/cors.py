# SPDX-License-Identifier: Apache-2.0
"""What browsers' pages of other origins may send and read."""

from oslo_config import cfg

from ext_lib.wsgi import cors

# Nothing here makes a task; a page that puts a tag on all it sends to the
# services of a cloud is not to be stopped for it.
DEFAULTS = cors.defaults(['Task-tag'], ['Task-tag', 'Task-id', 'Task-repeat'])


def set_defaults(conf: cfg.ConfigOpts) -> None:
    """Set what ``[cors]`` allows unless it is configured."""
    cors.set_defaults(conf, DEFAULTS)


def set_library_defaults() -> None:
    """Have the sample file show the defaults."""
    cors.set_library_defaults(DEFAULTS)
