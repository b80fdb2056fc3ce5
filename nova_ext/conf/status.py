# SPDX-License-Identifier: Apache-2.0
"""Options of what nova-ext-status looks at beside the database."""

from oslo_config import cfg

from ext_lib.db import indexes

GROUP = cfg.OptGroup('status', title='What nova-ext-status looks at')

OPTS = [
    cfg.StrOpt(
        'nova_api_paste_config',
        default='/etc/nova/api-paste.ini',
        help='The paste file of the nova-api on this machine, which should '
        'have the tasks filter. Where there is no such file, nothing is '
        'said about it.',
    ),
    indexes.BIG_TABLE,
]
