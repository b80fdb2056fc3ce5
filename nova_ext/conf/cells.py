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
]
