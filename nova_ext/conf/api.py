# SPDX-License-Identifier: Apache-2.0
"""Options of the API process."""

from oslo_config import cfg

from ext_lib import options

OPTS = [
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
