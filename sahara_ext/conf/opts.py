# SPDX-License-Identifier: Apache-2.0
"""Every option of sahara_ext, for the programs and for the sample file."""

from collections.abc import Sequence
import socket

from oslo_config import cfg

from ext_lib import options
from ext_lib import startup
from ext_lib.db import indexes
from sahara_ext.conf import infra_compute
from sahara_ext.conf import spark
from sahara_ext.conf import ssh

DEFAULT_OPTS = [
    cfg.HostAddressOpt(
        'host',
        default=socket.gethostname(),
        sample_default='<current_hostname>',
        help='The name of this host, by which operators know its engine.',
    ),
    startup.TIMEOUT,
    cfg.BoolOpt(
        'disable_event_log',
        default=False,
        help='Do not record the steps of clusters and what happens in them. '
        'What is recorded already stays readable.',
    ),
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
        help='Seconds without a sign of life after which other engines '
        'continue with the work of one. It has to be several times '
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

EVENT_LOG_OPTS = [
    cfg.IntOpt(
        'cleanup_interval',
        default=600,
        min=0,
        help='Seconds between two clean-ups, which remove the events of steps '
        'that were completed successfully. 0 for none.',
    ),
    cfg.IntOpt(
        'cleanup_age',
        default=3600,
        min=0,
        help='Seconds that events stay after the end of their step.',
    ),
    cfg.IntOpt(
        'cleanup_chunk',
        default=1000,
        min=1,
        help='How many events are removed in one transaction.',
    ),
]

INFRA_OPTS = [
    cfg.StrOpt(
        'driver',
        default='fake',
        help='The driver that makes and removes instances, by the name of '
        'its entry point in ``sahara_ext.infra``: ``fake`` makes them up, '
        '``compute`` asks a compute API for servers.',
    ),
]

PLUGINS_OPTS = [
    cfg.ListOpt(
        'enabled',
        default=[],
        help='The plugins users can choose from, by the names of their entry '
        'points in ``sahara_ext.plugins``; all that are installed when '
        'empty.',
    ),
]

_SECTIONS: Sequence[options.Section] = (
    (options.API, options.API_OPTS),
    (options.WSGI, options.WSGI_OPTS),
    ('DEFAULT', DEFAULT_OPTS),
    (cfg.OptGroup('engine', title='Engines'), ENGINE_OPTS),
    (
        cfg.OptGroup('event_log', title='What happened to clusters'),
        EVENT_LOG_OPTS,
    ),
    (cfg.OptGroup('infra', title='Where instances come from'), INFRA_OPTS),
    (cfg.OptGroup('plugins', title='Kinds of clusters'), PLUGINS_OPTS),
    (spark.GROUP, spark.OPTS),
    (ssh.GROUP, ssh.OPTS),
    (
        cfg.OptGroup('status', title='What sahara-ext-status looks at'),
        [indexes.BIG_TABLE],
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register all options in ``conf``."""
    options.register(conf, _SECTIONS)
    infra_compute.register_opts(conf)


def list_opts() -> list[options.Section]:
    """Return ``(group, options)`` pairs for oslo-config-generator."""
    return [*_SECTIONS, *infra_compute.list_opts()]
