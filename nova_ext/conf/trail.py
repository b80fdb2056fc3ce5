# SPDX-License-Identifier: Apache-2.0
"""Options of the trail."""

from oslo_config import cfg
from oslo_db import options

GROUP = cfg.OptGroup('trail', title='The trail: records that outlive cells')

OPTS = [
    *options.database_opts,
    cfg.FloatOpt(
        'interval',
        default=5.0,
        min=0.0,
        help='Seconds that nova-ext-trail waits when it has read all cells.',
    ),
    cfg.IntOpt(
        'batch_size',
        default=500,
        min=1,
        max=5000,
        help='How many rows of a cell are read by one statement at most. Of '
        'rows with long texts it is as many as have 4 MiB. A transaction '
        'stores up to ten such batches that are small.',
    ),
    cfg.FloatOpt(
        'batch_pause',
        default=0.0,
        min=0.0,
        help='Seconds that nova-ext-trail leaves a cell to others between two '
        'batches. It limits the load of the first copy.',
    ),
    cfg.IntOpt(
        'late_commits',
        default=600,
        min=1,
        help='Seconds for which a transaction of nova may be open that stores '
        'a record. Numbers are looked at again for as long: until then a row '
        'can appear below those that are copied. One that appears later is '
        'missing in the trail.',
    ),
    cfg.IntOpt(
        'lease',
        default=30,
        min=1,
        help='Seconds without a sign of life after which another '
        'nova-ext-trail takes over.',
    ),
    cfg.IntOpt(
        'lag_warning',
        default=300,
        min=1,
        help='Seconds after which a cell that was not read to its end is '
        'warned of: in the log, by nova-ext-status, in health checks and in '
        'reports.',
    ),
    cfg.IntOpt(
        'seal_interval',
        default=3600,
        min=0,
        help='Seconds between two seals that the collector that leads writes: '
        'digests of what has come to the trail, each naming the one before. '
        'With 0 it writes none.',
    ),
    cfg.IntOpt(
        'retention',
        default=90,
        min=0,
        max=36500,
        help='Days for which records are kept. nova-ext-trail purge removes '
        'none that has changed since.',
    ),
]
