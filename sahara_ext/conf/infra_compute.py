# SPDX-License-Identifier: Apache-2.0
"""Options of the infra driver that launches servers of a compute API."""

import copy

from keystoneauth1 import loading
from oslo_config import cfg

from ext_lib import options

GROUP = cfg.OptGroup(
    'infra_compute',
    title='Instances as servers of a compute API',
    help='Whose servers they are: with ``[api] auth_strategy`` noauth those '
    'of the user of the cluster, with the token ``user:project``. Otherwise '
    'they belong to the user that ``cloud``, or ``auth_type`` and the options '
    'that go with it, stand for; in the project of the cluster, where that '
    'user needs a role.',
)

OPTS = [
    cfg.StrOpt(
        'cloud',
        help='The name of a cloud in clouds.yaml, from which credentials, '
        'region and endpoint are taken.',
    ),
    cfg.URIOpt(
        'endpoint_override',
        help='The URL of the compute API, instead of the one in the service '
        'catalog. Without keystone it is needed.',
    ),
    cfg.StrOpt('region_name', help='The region whose compute API is used.'),
    cfg.StrOpt(
        'interface',
        default='internal',
        help='Which endpoint of the service catalog is used.',
    ),
    cfg.StrOpt(
        'network',
        default='auto',
        help='The network of instances of a cluster that names none: the id '
        'of a network, or "auto" or "none" as the compute API has them.',
    ),
    cfg.StrOpt(
        'wait_for',
        default='ssh',
        choices=[
            ('ssh', 'it has an address, and the port of SSH is open'),
            ('address', 'it has an address'),
            ('active', 'it is active; for servers that are none really'),
        ],
        help='When an instance counts as up.',
    ),
    cfg.PortOpt('ssh_port', default=22, help='The port of SSH.'),
    cfg.StrOpt(
        'without_tasks',
        default='search',
        choices=[
            (
                'search',
                'look for the server in the project before each launch',
            ),
            ('refuse', 'launch nothing'),
        ],
        help='What to do where the compute API does not know of tags, so '
        'that a launch may be repeated unnoticed. To search leaves open a '
        'second or so: a server that the engine requested right before it '
        'was killed may be launched twice.',
    ),
    cfg.FloatOpt(
        'poll_interval',
        default=2.0,
        min=0.01,
        help='The longest pause between two looks at a server, in seconds.',
    ),
    cfg.IntOpt(
        'launch_timeout',
        default=600,
        min=1,
        help='Seconds until the compute API must have accepted a server.',
    ),
    cfg.IntOpt(
        'address_timeout',
        default=1800,
        min=1,
        help='Seconds until a server must be active and have an address.',
    ),
    cfg.IntOpt(
        'ssh_timeout',
        default=1800,
        min=1,
        help='Seconds until the port of SSH must be open.',
    ),
    cfg.IntOpt(
        'refusal_timeout',
        default=120,
        min=0,
        help='For how many seconds a server may refuse the key of a cluster '
        'that it was made with, before that is a failure. Many images get it '
        'a little after their SSH server has started.',
    ),
    cfg.IntOpt(
        'delete_timeout',
        default=1800,
        min=1,
        help='Seconds until a deleted server must be gone.',
    ),
]

#: How long a single request may take, in seconds.
_REQUEST_SECONDS = 60


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options in ``conf``."""
    # Not the group itself: what a plugin of keystoneauth adds to it later
    # would be in that of every other configuration.
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, group=GROUP)
    conf.register_opts(_session_opts(), group=GROUP)
    loading.register_auth_conf_options(conf, GROUP.name)


def list_opts() -> list[options.Section]:
    """Return the options for the sample file."""
    auth = [
        *loading.get_auth_common_conf_options(),
        *loading.get_auth_plugin_conf_options('password'),
    ]
    return [(GROUP, [*OPTS, *_session_opts(), *auth])]


def _session_opts() -> list[cfg.Opt]:
    opts = copy.deepcopy(loading.get_session_conf_options())
    cfg.set_defaults(opts, timeout=_REQUEST_SECONDS)
    return list(opts)
