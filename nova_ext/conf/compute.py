# SPDX-License-Identifier: Apache-2.0
"""Options of the processes that work on servers, and of the fake driver."""

import socket

from oslo_config import cfg

from ext_lib import startup

GROUP = cfg.OptGroup('compute', title='Compute hosts')
FAKE = cfg.OptGroup('fake', title='The fake hypervisor')

DEFAULT_OPTS = [
    cfg.HostAddressOpt(
        'host',
        default=socket.gethostname(),
        sample_default='<current_hostname>',
        help='The name of this host, as the events of an action show it.',
    ),
    cfg.IntOpt(
        'report_interval',
        default=10,
        min=1,
        help='Seconds between two signs of life of a service.',
    ),
    cfg.IntOpt(
        'service_down_time',
        default=60,
        min=1,
        help='Seconds without a sign of life after which a service counts as '
        'down.',
    ),
    startup.TIMEOUT,
]

COMPUTE_OPTS = [
    cfg.IntOpt(
        'workers',
        default=16,
        min=1,
        help='How many operations a service carries out at the same time.',
    ),
    cfg.IntOpt(
        'max_concurrent_live_migrations',
        default=1,
        min=1,
        help='How many live migrations may leave a host at the same time; '
        'the others are queued.',
    ),
    cfg.FloatOpt(
        'shutdown_grace',
        default=3.0,
        min=0.0,
        help='How long, in seconds, a service that is told to stop lets '
        'operations run on. What is not done by then is recovered at the '
        'next start.',
    ),
]

FAKE_OPTS = [
    cfg.ListOpt(
        'fail',
        default=[],
        help='Driver methods that fail for every server.',
    ),
    cfg.FloatOpt(
        'seconds',
        default=0.0,
        min=0.0,
        help='How long each driver method takes.',
    ),
]
