# SPDX-License-Identifier: Apache-2.0
"""Options that all services have, and their registration by section."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_db import options as oslo_db_options

#: A group, or ``DEFAULT``, and its options.
Section = tuple[cfg.OptGroup | str, Sequence[cfg.Opt]]

API = cfg.OptGroup('api', title='The HTTP API')
WSGI = cfg.OptGroup('wsgi', title='How the API is assembled')

API_OPTS = [
    cfg.StrOpt(
        'auth_strategy',
        default='keystone',
        choices=[
            ('keystone', 'tokens are validated by keystone'),
            (
                'noauth',
                'the token names user, project and roles; for one machine',
            ),
        ],
        help='How callers are authenticated.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=1,
        help='The most items one page of a list may hold.',
    ),
    cfg.StrOpt(
        'response_validation',
        default='ignore',
        choices=[
            ('error', 'an answer that breaks its schema is an error'),
            ('ignore', 'answers are not checked'),
        ],
        help='Whether answers are validated by their own schemas; for tests.',
    ),
]

WSGI_OPTS = [
    cfg.StrOpt(
        'api_paste_config',
        default='api-paste.ini',
        help='The paste file that names the filters and the application.',
    ),
]


def register(conf: cfg.ConfigOpts, sections: Sequence[Section]) -> None:
    """Register the options of ``sections``, and the defaults of oslo.db."""
    oslo_db_options.set_defaults(conf)
    for group, opts in sections:
        if isinstance(group, cfg.OptGroup):
            conf.register_group(group)
            conf.register_opts(opts, group=group)
        else:
            conf.register_opts(opts)
