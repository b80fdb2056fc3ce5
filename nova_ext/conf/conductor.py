# SPDX-License-Identifier: Apache-2.0
"""Options of the conductor."""

from oslo_config import cfg

GROUP = cfg.OptGroup('conductor', title='The conductor')

OPTS = [
    cfg.IntOpt(
        'lost_after',
        default=300,
        min=1,
        help='Seconds after which an operation that was accepted counts as '
        'lost if no host has begun it: it is sent again if it is '
        'idempotent, else it ends with an error. It should be longer than a '
        'message may wait for a busy host. A conductor that gave no sign of '
        'life for as long has its steps ended by others.',
    ),
]
