# SPDX-License-Identifier: Apache-2.0
"""Options of the cells whose records the audit API reads."""

from oslo_config import cfg

GROUP = cfg.OptGroup('cells', title='The cells of a nova to read records of')

OPTS = [
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
