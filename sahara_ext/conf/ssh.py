# SPDX-License-Identifier: Apache-2.0
"""Options of the way that engines log in on instances."""

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
        'is computed of it and the id of the cluster whenever it is needed, '
        'and is stored nowhere. To replace the secret, put a new line before '
        'the others: new clusters have keys of the first line, and those '
        'that are there keep theirs as long as their line stays.',
    ),
    cfg.StrOpt(
        'username',
        default='ubuntu',
        help='Whom engines log in as, on instances of images that are '
        'registered without a user.',
    ),
    cfg.IntOpt(
        'connections',
        default=64,
        min=1,
        help='To how many instances an engine is connected at the same time.',
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
        help='How many bytes are kept of what a command writes: the last '
        'ones.',
    ),
]
