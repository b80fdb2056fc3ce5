# SPDX-License-Identifier: Apache-2.0
"""Options of the infrastructure that instances come from."""

from oslo_config import cfg

GROUP = cfg.OptGroup('infra', title='Where instances come from')

OPTS = [
    cfg.StrOpt(
        'driver',
        default='fake',
        help='The driver that makes and removes instances, by the name of '
        'its entry point in ``sahara_ext.infra``: ``fake`` makes them up, '
        '``compute`` asks a compute API for servers.',
    ),
]
