#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recordings of terminal sessions, made of commands that really run.

Starts the all-in-one and writes, for each session below,
``doc/source/_static/casts/NAME.cast`` (asciinema, version 2) and ``NAME.txt``,
what a terminal shows in the end, without colours. ``README.rst``
gets the text of the sessions that it shows. Run it in the environment of the
tests: ``tools/make-casts.py [NAME ...]``.
"""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
CASTS = ROOT / 'doc' / 'source' / '_static' / 'casts'
README = ROOT / 'README.rst'
WIDTH, HEIGHT = 96, 24
IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'

_CREATE = f'server create web1 --flavor m1.tiny --nic none --image {IMAGE}'
#: Commands by session.
SESSIONS: dict[str, list[str]] = {
    'task-tag': [
        f'openstack --task-tag order-4711 {_CREATE} --wait -c id -c status',
        f'openstack --task-tag order-4711 {_CREATE} --wait -c id -c status',
        'openstack server task list --tag order-4711 -c Task -c State',
    ],
    'cluster-progress': [
        'openstack dataprocessing cluster create --json cluster.json -c Name',
        'openstack dataprocessing cluster progress hadoop --follow',
        'echo $?',
    ],
}
CLUSTER = {
    'name': 'hadoop',
    'plugin_name': 'fake',
    'hadoop_version': '0.1',
    'default_image_id': IMAGE,
    'cluster_configs': {
        'fake': {'seconds': 3, 'fail_step': 'Configuring instances'}
    },
    'node_groups': [
        {
            'name': 'worker',
            'count': 200,
            'flavor_id': '1',
            'node_processes': ['datanode'],
        }
    ],
}
#: What moves the cursor, sets a colour or hides the cursor.
_CODE = re.compile(r'\x1b\[([\d;?]*)([A-Za-z])')


class Screen:
    """A terminal that understands what bars are drawn with."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.row = self.column = 0

    def feed(self, text: str) -> None:
        """Show text."""
        position = 0
        while position < len(text):
            code = _CODE.match(text, position)
            if code:
                self._code(code[1], code[2])
                position = code.end()
                continue
            self._character(text[position])
            position += 1

    def _code(self, number: str, letter: str) -> None:
        if letter == 'A':
            self.row = max(0, self.row - int(number or 1))
        elif letter == 'K':
            self.lines[self.row] = []

    def _character(self, character: str) -> None:
        if character == '\r':
            self.column = 0
        elif character == '\n':
            self.row += 1
            self.column = 0
            if self.row == len(self.lines):
                self.lines.append([])
        else:
            line = self.lines[self.row]
            line.extend(' ' * (self.column + 1 - len(line)))
            line[self.column] = character
            self.column += 1

    def text(self) -> str:
        """Return what is shown."""
        lines = (''.join(line).rstrip() for line in self.lines)
        return '\n'.join(lines).strip('\n') + '\n'


def main() -> int:
    """Record the sessions that are named, or all; return the exit status."""
    names = sys.argv[1:] or list(SESSIONS)
    CASTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        path = pathlib.Path(state, 'cluster.json')
        path.write_text(json.dumps(CLUSTER))
        service = _start(state)
        try:
            for name in names:
                _record(name, SESSIONS[name], state)
        finally:
            service.terminate()
            service.wait()
    _write_readme()
    return 0


def _start(state: str) -> subprocess.Popen[str]:
    """Return the all-in-one, ready to be asked."""
    service = subprocess.Popen(  # noqa: S603 - this project's
        [
            *(sys.executable, '-W', 'ignore', '-m', 'nova_ext.cmd.allinone'),
            *('--compute-port', '0', '--data-processing-port', '0'),
            *('--state-dir', state),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert service.stdout is not None
    for line in service.stdout:
        if line == 'ready\n':
            return service
    raise SystemExit('The all-in-one did not start.')


def _record(name: str, commands: list[str], state: str) -> None:
    """Write the recording of a session, and its text."""
    recording = Recording(state)
    for command in commands:
        recording.run(command)
    header = {
        'version': 2,
        'width': WIDTH,
        'height': HEIGHT,
        'title': name,
        'env': {'TERM': 'xterm-256color', 'SHELL': '/bin/sh'},
    }
    events = [json.dumps(event) for event in recording.events]
    cast = '\n'.join([json.dumps(header), *events]) + '\n'
    (CASTS / f'{name}.cast').write_text(cast)
    (CASTS / f'{name}.txt').write_text(recording.screen.text())


class Recording:
    """The output of a terminal, with its times.

    :param state: directory of the service, in which commands run
    """

    def __init__(self, state: str) -> None:
        self.events: list[tuple[float, str, str]] = []
        self.screen = Screen()
        self._state = state
        self._began = time.monotonic()
        self._status = 0

    def run(self, command: str) -> None:
        """Type a command, and run it."""
        self._show('$ ' + command.replace(IMAGE, '$IMAGE') + '\r\n')
        ours, theirs = pty.openpty()
        size = struct.pack('HHHH', HEIGHT, WIDTH, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        environment = {
            'PATH': f'{pathlib.Path(sys.executable).parent}:/usr/bin:/bin',
            'HOME': self._state,
            'LC_ALL': 'C.UTF-8',
            'TERM': 'xterm-256color',
            'PYTHONWARNINGS': 'ignore',
            'OS_CLOUD': 'admin',
            'OS_CLIENT_CONFIG_FILE': f'{self._state}/clouds.yaml',
        }
        process = subprocess.Popen(  # noqa: S603 - its own commands
            ['/bin/sh', '-c', f'(exit {self._status}); {command}'],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            cwd=self._state,
            start_new_session=True,
        )
        os.close(theirs)
        self._read(ours)
        self._status = process.wait()
        os.close(ours)

    def _read(self, terminal: int) -> None:
        rest = b''
        while True:
            select.select([terminal], [], [])
            try:
                chunk = rest + os.read(terminal, 65536)
            except OSError:
                # Linux reports an error when the other end is closed.
                return
            text = chunk.decode(errors='ignore')
            rest = chunk[len(text.encode()) :]
            self._show(text)

    def _show(self, text: str) -> None:
        elapsed = round(time.monotonic() - self._began, 6)
        self.events.append((elapsed, 'o', text))
        self.screen.feed(text)


def _write_readme() -> None:
    """Put the text of each session in its place in the README."""
    README.write_text(with_texts(README.read_text()))


def with_texts(document: str) -> str:
    """Return a document in which the text of each session is as recorded.

    Its place is the literal block after ``.. cast: NAME``.
    """
    for path in sorted(CASTS.glob('*.txt')):
        lines = path.read_text().splitlines()
        block = '\n'.join(f'    {line}'.rstrip() for line in lines)
        document = re.sub(
            rf'(\.\. cast: {path.stem}\n\n::\n\n)(?:    .*\n|\n(?=    ))+',
            lambda found, block=block: f'{found[1]}{block}\n',
            document,
        )
    return document


if __name__ == '__main__':
    sys.exit(main())
