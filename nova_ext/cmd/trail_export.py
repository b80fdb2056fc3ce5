# SPDX-License-Identifier: Apache-2.0
"""Commands of nova-ext-trail that write records, and digests of them."""

import contextlib
import fcntl
import json
import os
import pathlib
import sys
from typing import Any, TextIO

from oslo_config import cfg

from ext_lib import startup_errors
from ext_lib.context import get_admin_context
from ext_lib.db import purge as purge_arguments
from nova_ext.db import migration
from nova_ext.db.trail import digests
from nova_ext.db.trail import export
from nova_ext.db.trail.formats import FORMATS


def add_parsers(categories: Any) -> None:
    """Add the commands to those of the program."""
    exporting = categories.add_parser(
        'export', help='Write records that have ended and were sealed.'
    )
    add_selection(exporting)
    exporting.add_argument(
        '--format',
        choices=sorted(FORMATS),
        default='jsonl',
        help='jsonl, csv, or events of CADF: actions only (default: jsonl).',
    )
    exporting.add_argument(
        '--output',
        metavar='FILE',
        help='Append to a file, from the position of the last run, which is '
        'noted in FILE.position (default: standard output).',
    )
    exporting.set_defaults(run=_export)
    printing = categories.add_parser(
        'digests', help='Write the seals, and the digests of records.'
    )
    printing.add_argument(
        '--after',
        type=purge_arguments.number(0),
        default=0,
        metavar='SEAL',
        help='Begin after this seal.',
    )
    printing.set_defaults(run=_digests)


def add_selection(parser: Any) -> None:
    """Add the arguments that select records."""
    for name, text in (
        ('--since', 'Only records created at this time or later'),
        ('--before', 'Only records created before this time'),
    ):
        parser.add_argument(
            name,
            type=purge_arguments.moment,
            metavar='TIME',
            help=f'{text}: ISO 8601, in UTC if it has no zone.',
        )
    parser.add_argument(
        '--after',
        type=purge_arguments.number(0),
        metavar='POSITION',
        help='Begin after this position, the last one of a former run.',
    )


def selection(arguments: Any, kind: str | None = None) -> export.Selection:
    """Return the selection of records.

    :raises Misused: when its time ends before it begins
    """
    since, before = arguments.since, arguments.before
    if since is not None and before is not None and since > before:
        raise startup_errors.Misused('--since is later than --before.')
    return export.Selection(since, before, kind)


def opened(name: str) -> TextIO:
    """Return a file to read.

    :raises Misused: when there is none, or it may not be read
    """
    try:
        return open(name, encoding='utf-8')
    except OSError as error:
        raise startup_errors.Misused(f'{name}: {error.strerror}.') from error


class _Output:
    """A file that is appended to, and the position that it has reached.

    :param settings: what is exported; a file has the same in each run
    """

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        self._path = pathlib.Path(name)
        self._position_path = pathlib.Path(f'{name}.position')
        self._settings = settings
        self.position = 0
        #: Whether nothing was written yet, not even a header.
        self.is_new = True
        self._file: Any = None

    def __enter__(self) -> '_Output':
        try:
            self._open()
        except OSError as error:
            self._close()
            raise startup_errors.Misused(
                f'{error.filename or self._path}: {error.strerror}.'
            ) from error
        except startup_errors.Misused:
            self._close()
            raise
        return self

    def _open(self) -> None:
        # Nothing is changed before the position is known to belong to it.
        self._file = self._path.open('ab')
        self._lock()
        size = 0
        if self._position_path.exists():
            size = self._read()
        elif self._size():
            raise startup_errors.Misused(
                f'{self._path} exists, and {self._position_path} does not.'
            )
        else:
            # Otherwise a killed run leaves a file without a position.
            self._note(size)
        self.is_new = not size
        # Records after the noted position are written again.
        self._file.truncate(size)

    def _lock(self) -> None:
        """Keep other runs from writing to the file at the same time."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise startup_errors.Misused(
                f'{self._path} is being written by another export.'
            ) from None

    def _size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def _read(self) -> int:
        try:
            found = json.loads(self._position_path.read_text())
            size, self.position = found['size'], found['position']
            settings = found['settings']
        except (ValueError, KeyError, TypeError):
            size = settings = None
        if not _is_place(size) or not _is_place(self.position):
            raise startup_errors.Misused(
                f'{self._position_path} is no position.'
            )
        if settings != self._settings:
            raise startup_errors.Misused(
                f'{self._path} was begun with other arguments.'
            )
        if self._size() < size:
            raise startup_errors.Misused(
                f'{self._path} is shorter than {self._position_path} says.'
            )
        return int(size)

    def write(self, text: str, position: int) -> None:
        """Write records, and then note the position of the last of them.

        :raises NotStarted: when there is no space left, for instance
        """
        try:
            self._file.write(text.encode('utf-8', 'backslashreplace'))
            self._file.flush()
            os.fsync(self._file.fileno())
            self.position = position
            self._note(self._size())
        except OSError as error:
            raise startup_errors.NotStarted(
                f'{self._path}: {error.strerror}.'
            ) from error

    def _note(self, size: int) -> None:
        found = {
            'position': self.position,
            'size': size,
            'settings': self._settings,
        }
        new = pathlib.Path(f'{self._position_path}.new')
        with new.open('w') as file:
            file.write(json.dumps(found))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._position_path)

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        """Close the file; ignore errors of data that cannot be written."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()


def _is_place(value: Any) -> bool:
    """Return whether a value of a position is a valid number."""
    return type(value) is int and 0 <= value < 2**63


class _Standard:
    """Standard output."""

    def __init__(self, position: int | None) -> None:
        self.is_new = position is None
        self.position = position or 0

    def write(self, text: str, position: int) -> None:
        """Write records."""
        sys.stdout.write(text)
        sys.stdout.flush()
        self.position = position


def _export(conf: cfg.ConfigOpts) -> None:
    arguments = conf.category
    chosen = FORMATS[arguments.format]
    wanted = selection(arguments, chosen.kind)
    if arguments.output is not None and arguments.after is not None:
        raise startup_errors.Misused('--after is not for --output.')
    migration.check_trail()
    with contextlib.ExitStack() as stack:
        output: Any = _Standard(arguments.after)
        if arguments.output is not None:
            settings = {
                name: str(getattr(arguments, name))
                for name in ('format', 'since', 'before')
            }
            output = stack.enter_context(_Output(arguments.output, settings))
        _write(conf, output, arguments.format, wanted)


def _write(
    conf: cfg.ConfigOpts, output: Any, name: str, wanted: export.Selection
) -> None:
    chosen, context = FORMATS[name], get_admin_context()
    _check_place('position', output.position, digests.last(context).sequence)
    if output.is_new:
        output.write(chosen.header, 0)
    try:
        for records in export.export(
            context,
            wanted,
            output.position,
            conf.trail.batch_size,
            has_failures=name == 'cadf',
        ):
            text = ''.join(map(chosen.text, records))
            output.write(text, records[-1].position)
    except export.NotIntact as error:
        raise startup_errors.NotStarted(
            f'{error.message} Run "nova-ext-trail verify".'
        ) from error
    sys.stderr.write(f'position {output.position}\n')


def _check_place(name: str, place: int, last: int) -> None:
    """Refuse a place behind the last one, after which nothing would follow.

    :raises Misused: when the trail does not reach it
    """
    if place > last:
        raise startup_errors.Misused(
            f'The trail ends before {name} {place}, with {last}: it was '
            f'restored from a backup, or the {name} is of another trail.'
        )


def _digests(conf: cfg.ConfigOpts) -> None:
    migration.check_trail()
    context, after = get_admin_context(), conf.category.after
    _check_place('seal', after, digests.last(context).seal)
    for seal in digests.each_seal(context, after):
        lines = [{'seal': seal}]
        found = digests.of_seal(context, seal['seal'])
        lines += [{'record': line} for line in found]
        sys.stdout.write(
            ''.join(f'{json.dumps(line, sort_keys=True)}\n' for line in lines)
        )
