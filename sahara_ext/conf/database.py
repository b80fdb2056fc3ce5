# SPDX-License-Identifier: Apache-2.0
"""Options of the database connection: oslo.db's, in ``[database]``."""

from oslo_config import cfg
from oslo_db import options as oslo_db_options


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known to ``conf``."""
    oslo_db_options.set_defaults(conf)


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """Return the options for the sample file: oslo.db lists its own."""
    return []
