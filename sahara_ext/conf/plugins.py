# SPDX-License-Identifier: Apache-2.0
"""Options of the plugins, which define kinds of clusters."""

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
