# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-manage engine list: which engines are alive."""

from typing import Any

from oslo_config import cfg

from ext_lib.context import get_admin_context
from sahara_ext.objects.engine import Engine

_HEADER = ('Host', 'Last sign of life (UTC)', 'State')


def add_parser(categories: Any) -> None:
    """Add the category and its command."""
    engine = categories.add_parser(
        'engine', help='The processes that work on clusters.'
    )
    commands = engine.add_subparsers(dest='command', required=True)
    parser = commands.add_parser(
        'list',
        help='Print each engine, when it gave its last sign of life, and '
        'whether it is alive by [engine] heartbeat_timeout.',
    )
    parser.set_defaults(run=run)


def run(conf: cfg.ConfigOpts) -> None:
    """Print the engines by host."""
    rows = [
        (
            engine.host or '-',
            f'{engine.last_seen_at:%Y-%m-%d %H:%M:%S}',
            'alive' if is_alive else 'dead',
        )
        for engine, is_alive in Engine.get_all(
            get_admin_context(), conf.engine.heartbeat_timeout
        )
    ]
    width = max(len(host) for host, *_ in [_HEADER, *rows])
    for host, seen, state in [_HEADER, *rows]:
        print(f'{host:{width}}  {seen:{len(_HEADER[1])}}  {state}')
