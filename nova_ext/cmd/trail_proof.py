# SPDX-License-Identifier: Apache-2.0
"""Commands of nova-ext-trail on the chain: seal, verify and purge."""

import argparse
import contextlib
import datetime
import re
import sys
from typing import Any

from oslo_config import cfg

from ext_lib import startup
from ext_lib import startup_errors
from ext_lib.context import get_admin_context
from ext_lib.db import purge as purge_arguments
from nova_ext.cmd import trail_export
from nova_ext.db import migration
from nova_ext.db.trail import lease
from nova_ext.db.trail import proof
from nova_ext.db.trail import proof_export
from nova_ext.db.trail import proof_trail
from nova_ext.db.trail import seals
from nova_ext.db.trail.purge import Purge

#: Exit status when something was altered, or cannot be checked.
ALTERED = 1
_HEAD = re.compile('([0-9]{1,18}):([0-9a-f]{64})')


def add_parsers(categories: Any) -> None:
    """Add the commands to those of the program."""
    seal = categories.add_parser(
        'seal', help='Seal records that are new or have changed.'
    )
    seal.set_defaults(run=_seal)
    _add_verify(categories)
    purge = categories.add_parser(
        'purge', help='Remove old records that have ended and were sealed.'
    )
    purge.add_argument(
        '--before',
        type=purge_arguments.moment,
        metavar='TIME',
        help='Keep what has changed at this time or later: ISO 8601, in UTC '
        'if it has no zone (default: [trail] retention ago, which is also '
        'the latest).',
    )
    purge.add_argument(
        '--batch',
        type=purge_arguments.number(1, purge_arguments.LARGEST_BATCH),
        default=500,
        metavar='NUMBER',
        help='Records to remove in one transaction (default: 500).',
    )
    purge.add_argument(
        '--dry-run',
        action='store_true',
        help='Print how many records can be removed, and remove none.',
    )
    purge.set_defaults(run=_purge)


def _add_verify(categories: Any) -> None:
    verify = categories.add_parser(
        'verify', help='Find records that were altered, removed or inserted.'
    )
    verify.add_argument(
        '--head',
        type=_head,
        metavar='SEAL:DIGEST',
        help='A seal whose digest was kept elsewhere.',
    )
    verify.add_argument(
        '--export',
        metavar='FILE',
        help='Check an export in the format jsonl instead of the database.',
    )
    verify.add_argument(
        '--digests', metavar='FILE', help='What "digests" has printed.'
    )
    trail_export.add_selection(verify)
    verify.add_argument(
        '--until',
        type=purge_arguments.number(0),
        metavar='POSITION',
        help='The last position of the export (default: that of the digests).',
    )
    verify.set_defaults(run=_verify)


def _head(text: str) -> proof.Head:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f'{text} is no SEAL:DIGEST')
    return proof.Head(int(found[1]), found[2])


def _seal(conf: cfg.ConfigOpts) -> None:
    migration.check_trail()
    is_complete = False
    while not is_complete:
        sealed = seals.seal(get_admin_context(), conf.trail.batch_size)
        is_complete = sealed.is_complete
        print(f'seal {sealed.number}: {sealed.total} records')
        print(f'{sealed.number}:{sealed.digest}')


def _verify(conf: cfg.ConfigOpts) -> int:
    arguments = conf.category
    if bool(arguments.export) != bool(arguments.digests):
        raise startup_errors.Misused('--export and --digests belong together.')
    try:
        if arguments.export:
            found = _verify_files(arguments)
        else:
            _check_whole(arguments)
            migration.check_trail()
            found = proof_trail.verify(
                get_admin_context(), conf.trail.batch_size, arguments.head
            )
    except proof.Altered as error:
        print(f'ALTERED: {error.message}')
        return ALTERED
    print(
        f'intact: {found.seals} seals, {found.records} digests of records, '
        f'{found.removed} purged; last digest {found.seals}:{found.digest}'
    )
    return 0


def _check_whole(arguments: Any) -> None:
    """Check that no part is selected: a database is checked as a whole."""
    for name in ('since', 'before', 'after', 'until'):
        if getattr(arguments, name) is not None:
            raise startup_errors.Misused(f'--{name} needs --export.')


def _verify_files(arguments: Any) -> proof.Summary:
    part = proof_export.Part(
        trail_export.selection(arguments),
        arguments.after or 0,
        arguments.until,
    )
    with contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(trail_export.opened(name))
            for name in (arguments.export, arguments.digests)
        ]
        try:
            return proof_export.verify(
                files[0], files[1], part, arguments.head
            )
        except proof_export.Unreadable as error:
            raise startup_errors.Misused(error.message) from error
        except UnicodeDecodeError as error:
            raise startup_errors.Misused('A file is not UTF-8.') from error


def _purge(conf: cfg.ConfigOpts) -> int:
    migration.check_trail()
    context, arguments = get_admin_context(), conf.category
    latest = lease.now(context) - datetime.timedelta(conf.trail.retention)
    before = arguments.before or latest
    if before > latest:
        print(
            'nova-ext-trail: Records are kept for [trail] retention = '
            f'{conf.trail.retention} days; none that has changed since '
            f'{latest:%Y-%m-%dT%H:%M:%S}Z can be removed.',
            file=sys.stderr,
        )
        return startup.MISCONFIGURED
    purge = Purge(before, arguments.batch)
    if arguments.dry_run:
        count = purge.count(context)
        print(f'{count} records would be removed, and what belongs to them')
        return 0
    total: dict[str, int] = {}
    for chunk in purge.run(context):
        name = chunk.kind.name
        total[name] = total.get(name, 0) + chunk.total
    for name, count in total.items():
        print(f'{count} {name} removed')
    if not total:
        print('0 records removed')
    return 0
