# SPDX-License-Identifier: Apache-2.0
"""Every option of nova_ext, for the programs and for the sample file."""

from collections.abc import Sequence
import socket

from oslo_config import cfg

from ext_lib import options
from ext_lib import startup
from ext_lib.db import indexes
from nova_ext.conf import namespace
from nova_ext.conf import tasks
from nova_ext.conf import trail

API_OPTS = [
    *options.API_OPTS,
    cfg.BoolOpt(
        'list_records_by_skipping_down_cells',
        default=True,
        help='Whether pages of migrations leave out the cells of '
        '[cells] databases that do not answer. Otherwise, and when no cell '
        'answers, the request fails.',
    ),
    cfg.StrOpt(
        'audit_max_microversion',
        default='2.104',
        regex=r'^2\.[1-9][0-9]{0,2}$',
        help='The last microversion that the audit serves: the one that the '
        'nova it stands before names as its last. Nothing changes for the '
        'audit between 2.102 and 2.104.',
    ),
    cfg.URIOpt(
        'compute_link_prefix',
        help='Scheme, host and path that replace the ones of the request in '
        'every link of an answer, for services behind a proxy.',
    ),
    cfg.MultiStrOpt(
        'flavor',
        default=[
            'm1.tiny:1:512:1:1',
            'm1.small:2:2048:1:20',
            'm1.medium:3:4096:2:40',
            'm1.large:4:8192:4:80',
            'm1.xlarge:5:16384:8:160',
        ],
        help='A flavor on offer as name:id:ram in MiB:vcpus:disk in GiB. '
        'Repeat it for each flavor; the order gives the internal numbers, so '
        'append new ones at the end and never remove one.',
    ),
]

CELLS_OPTS = [
    cfg.ListOpt(
        'databases',
        default=[],
        help='Names of the sections that describe the databases of cells, '
        'with the options of [database]. nova_ext.wsgi.audit reads them; an '
        'account that may only read is enough. Without any, it reads '
        '[database].',
    ),
    cfg.IntOpt(
        'timeout',
        default=10,
        min=1,
        help='Seconds to wait for the database of a cell, for a connection '
        'and for each answer. What the URL of the database says of timeouts '
        'goes first.',
    ),
    cfg.IntOpt(
        'retry_interval',
        default=10,
        min=0,
        help='Seconds for which a process does not try to reach the database '
        'of a cell again after it has waited for a connection in vain.',
    ),
    cfg.IntOpt(
        'clock_skew',
        default=60,
        min=0,
        help='Seconds by which the clocks of the hosts of nova may differ. '
        'Where a database has no index for the order of a list, a page is '
        'read in the order of the numbers of rows, and as many seconds '
        'beyond its end: a migration whose time of creation is out of the '
        'order of numbers by no more is in its place. One that is further '
        'out may be out of place in a list or missing; a warning in the log '
        'names it. A longer time makes pages cost more.',
    ),
]

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
    cfg.StrOpt(
        'driver',
        default='fake',
        choices=[
            ('fake', 'servers in memory, for tests and demonstrations'),
            (
                'namespace',
                'servers in network namespaces of this machine, to log in to',
            ),
        ],
        help='The hypervisor.',
    ),
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
    cfg.IntOpt(
        'sync_power_state_interval',
        default=600,
        min=1,
        help='Seconds between two looks at the power states of all guests of '
        'a host, which may have changed without a request.',
    ),
    cfg.FloatOpt(
        'shutdown_grace',
        default=3.0,
        min=0.0,
        help='How long, in seconds, a service that is to stop lets '
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

CONDUCTOR_OPTS = [
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

STATUS_OPTS = [
    cfg.StrOpt(
        'nova_api_paste_config',
        default='/etc/nova/api-paste.ini',
        help='The paste file of the nova-api on this machine, which should '
        'have the tasks filter. Where there is no such file, nothing is '
        'said about it.',
    ),
    indexes.BIG_TABLE,
]

_SECTIONS: Sequence[options.Section] = (
    (options.API, API_OPTS),
    (options.WSGI, options.WSGI_OPTS),
    (
        cfg.OptGroup('cells', title='The cells of a nova to read records of'),
        CELLS_OPTS,
    ),
    ('DEFAULT', DEFAULT_OPTS),
    (cfg.OptGroup('compute', title='Compute hosts'), COMPUTE_OPTS),
    (cfg.OptGroup('fake', title='The fake hypervisor'), FAKE_OPTS),
    (cfg.OptGroup('conductor', title='The conductor'), CONDUCTOR_OPTS),
    (
        cfg.OptGroup('status', title='What nova-ext-status looks at'),
        STATUS_OPTS,
    ),
    (namespace.GROUP, namespace.OPTS),
    (tasks.GROUP, tasks.OPTS),
    (trail.GROUP, trail.OPTS),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register all options in ``conf``."""
    options.register(conf, _SECTIONS)


def list_opts() -> list[options.Section]:
    """Return ``(group, options)`` pairs for oslo-config-generator."""
    return list(_SECTIONS)
