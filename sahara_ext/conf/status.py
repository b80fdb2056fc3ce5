# SPDX-License-Identifier: Apache-2.0
"""Options of what sahara-ext-status looks at in the database."""

from collections.abc import Sequence

from oslo_config import cfg

from ext_lib.db import indexes

GROUP = cfg.OptGroup('status', title='What sahara-ext-status looks at')

OPTS = [indexes.BIG_TABLE]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known to ``conf``."""
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[cfg.OptGroup, Sequence[cfg.Opt]]]:
    """Return the options for the sample file."""
    return [(GROUP, OPTS)]
