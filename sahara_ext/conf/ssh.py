# SPDX-License-Identifier: Apache-2.0
"""Options of the logins of engines on instances."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'ssh',
    title='Logins on instances',
    help='Plugins that work on instances log in by SSH, with a key that each '
    'cluster has of its own.',
)

OPTS = [
    cfg.StrOpt(
        'secret_file',
        help='A file with a secret of at least 32 characters, the same for '
        'all engines, that only they may read. The private key of a cluster '
        'is derived from it and the id of the cluster whenever it is needed, '
        'and is stored nowhere. To replace the secret, put a new line before '
        'the others: new clusters get keys of the first line, and existing '
        'ones keep theirs as long as their line stays.',
    ),
    cfg.StrOpt(
        'username',
        default='ubuntu',
        help='User that engines log in as on instances of images that are '
        'registered without one.',
    ),
    cfg.IntOpt(
        'connections',
        default=64,
        min=1,
        help='Most instances that an engine is connected to at the same time.',
    ),
    cfg.IntOpt(
        'connect_timeout',
        default=20,
        min=1,
        help='Seconds that one login may take.',
    ),
    cfg.IntOpt(
        'command_timeout',
        default=900,
        min=1,
        help='Seconds that one command on an instance may take.',
    ),
    cfg.IntOpt(
        'output_limit',
        default=8192,
        min=256,
        help='Bytes of the output of a command that are kept: the last ones.',
    ),
]
