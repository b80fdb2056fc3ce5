# SPDX-License-Identifier: Apache-2.0
"""Options of the driver that runs servers in network namespaces."""

from oslo_config import cfg

GROUP = cfg.OptGroup('namespace', title='Servers in network namespaces')

OPTS = [
    cfg.StrOpt(
        'network',
        default='10.231.0.0/16',
        help='The private IPv4 network that servers get their addresses out '
        'of, in the form address/length. The machine itself has the first '
        'address. It may not overlap an address or a route of the machine.',
    ),
    cfg.StrOpt(
        'network_name',
        default='private',
        regex=r'^\S([^\n]*\S)?\Z',
        max_length=64,
        help='The name of the network in the addresses of a server.',
    ),
    cfg.StrOpt(
        'bridge',
        default='nova-ext0',
        regex=r'^[A-Za-z][A-Za-z0-9_.-]{0,14}$',
        help='The bridge that connects the servers. It is made with the first '
        'server and removed with the last.',
    ),
    cfg.StrOpt(
        'state_path',
        default='/var/lib/nova-ext/namespace',
        help='Where the servers are kept. All compute hosts of one machine '
        'must name the same directory.',
    ),
    cfg.StrOpt(
        'login',
        default='cloud-user',
        regex=r'^[a-z_][a-z0-9_-]{0,31}$',
        help='The user of the servers, who has no privileges. The machine '
        'must not have a user of that name.',
    ),
    cfg.IntOpt(
        'login_uid',
        default=59231,
        min=1000,
        max=65533,
        help='The number of that user and of their group. It may not be that '
        'of a user of the machine.',
    ),
    cfg.StrOpt(
        'home',
        default='/srv',
        help='The home of that user: a directory of the machine, in the place '
        'of which each server sees its own work directory. It must not be '
        'a directory that servers need, such as /etc.',
    ),
    cfg.FloatOpt(
        'start_timeout',
        default=20.0,
        min=0.1,
        help='Seconds after which a server whose SSH server does not answer '
        'counts as failed.',
    ),
    cfg.FloatOpt(
        'shutdown_timeout',
        default=5.0,
        min=0.0,
        help='Seconds that the processes of a server have to end by '
        'themselves when it is stopped; then they are killed.',
    ),
]
