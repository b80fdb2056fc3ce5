# SPDX-License-Identifier: Apache-2.0
"""Options of the plugins that know what clusters are made of."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = cfg.OptGroup('plugins', title='Kinds of clusters')

OPTS = [
    cfg.ListOpt(
        'enabled',
        default=[],
        help='The plugins users can choose from, by the names of their entry '
        'points in ``sahara_ext.plugins``; all that are installed when '
        'empty.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known to ``conf``."""
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[cfg.OptGroup, Sequence[cfg.Opt]]]:
    """Return the options for the sample file."""
    return [(GROUP, OPTS)]
