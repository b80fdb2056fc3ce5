# SPDX-License-Identifier: Apache-2.0
"""Options of the trail."""

from oslo_config import cfg
from oslo_db import options

GROUP = cfg.OptGroup('trail', title='The trail: records kept after a purge')

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
        'stores several such batches that are small.',
    ),
    cfg.FloatOpt(
        'batch_pause',
        default=0.0,
        min=0.0,
        help='Seconds that nova-ext-trail waits between two batches. This '
        'limits the load of the first copy on a cell.',
    ),
    cfg.IntOpt(
        'late_commits',
        default=600,
        min=1,
        help='Seconds for which a transaction of nova that stores a record '
        'may be open. For that time numbers below those that are copied are '
        'read again, as a row can still appear there. One that appears later '
        'is missing in the trail.',
    ),
    cfg.IntOpt(
        'lease',
        default=30,
        min=1,
        help='Seconds after which another nova-ext-trail takes over from one '
        'that has not renewed its lease.',
    ),
    cfg.IntOpt(
        'lag_warning',
        default=300,
        min=1,
        help='Seconds after which there is a warning of a cell that was not '
        'read to its end: in the log, in nova-ext-status, in health checks '
        'and in reports.',
    ),
    cfg.IntOpt(
        'seal_interval',
        default=3600,
        min=0,
        help='Seconds between two seals of the leading collector. A seal is a '
        'digest of the records that are new or have changed, and of the seal '
        'before it. With 0 no seals are written.',
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
