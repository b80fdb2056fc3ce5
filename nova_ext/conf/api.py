# SPDX-License-Identifier: Apache-2.0
"""Options of the API process."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = cfg.OptGroup('api', title='The HTTP API')
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
        help='Who says who the caller is.',
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
        help='Whether answers are held against their own schemas; for tests.',
    ),
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

WSGI_OPTS = [
    cfg.StrOpt(
        'api_paste_config',
        default='api-paste.ini',
        help='The paste file that names the filters and the application.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known to ``conf``."""
    conf.register_group(GROUP)
    conf.register_group(WSGI)
    conf.register_opts(API_OPTS, group=GROUP)
    conf.register_opts(WSGI_OPTS, group=WSGI)


def list_opts() -> list[tuple[cfg.OptGroup, Sequence[cfg.Opt]]]:
    """Return the options for the sample file."""
    return [(GROUP, API_OPTS), (WSGI, WSGI_OPTS)]
