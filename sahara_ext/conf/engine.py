# SPDX-License-Identifier: Apache-2.0
"""Options of the processes that work on clusters."""

import socket

from oslo_config import cfg

from ext_lib import startup

GROUP = cfg.OptGroup('engine', title='Engines')

DEFAULT_OPTS = [
    cfg.HostAddressOpt(
        'host',
        default=socket.gethostname(),
        sample_default='<current_hostname>',
        help='The name of this host, by which operators know its engine.',
    ),
    startup.TIMEOUT,
]

ENGINE_OPTS = [
    cfg.FloatOpt(
        'heartbeat_interval',
        default=10.0,
        min=0.1,
        help='Seconds between two signs of life of an engine.',
    ),
    cfg.FloatOpt(
        'heartbeat_timeout',
        default=60.0,
        min=0.1,
        help='Seconds without a sign of life after which other engines go on '
        'with the work of one. It has to be several times '
        'heartbeat_interval.',
    ),
    cfg.FloatOpt(
        'search_interval',
        default=10.0,
        min=0.1,
        help='Seconds between two searches for clusters that wait for an '
        'engine, or whose engine is dead.',
    ),
    cfg.FloatOpt(
        'wait_notice',
        default=30.0,
        min=0.0,
        help='For how many seconds the work on an instance waits for the '
        'cloud before that is logged, and told in the status description of '
        'the cluster.',
    ),
    cfg.IntOpt(
        'operation_workers',
        default=8,
        min=1,
        help='On how many clusters an engine works at the same time.',
    ),
    cfg.IntOpt(
        'instance_workers',
        default=32,
        min=1,
        help='On how many instances of a cluster an engine works at the same '
        'time.',
    ),
    cfg.IntOpt(
        'max_instances',
        default=5000,
        min=1,
        help='How many instances a cluster may have, and how many a request '
        'may create.',
    ),
]
