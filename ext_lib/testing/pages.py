# SPDX-License-Identifier: Apache-2.0
"""Commands and code that pages of the documentation show, to be run."""

from collections.abc import Iterator, Mapping
import os
import pathlib
import re
import shlex
import subprocess

from ext_lib.testing import openstack_command

ROOT = pathlib.Path(__file__).parents[2]
USER = ROOT / 'doc' / 'source' / 'user'

_BLOCK = re.compile(
    r'^(?P<indent> *)(?:\.\. code-block:: (?P<language>\S+)|'
    r'(?!\.\.).*(?P<literal>::))\n\n'
    r'(?P<body>(?:(?P=indent) {3,}\S.*\n|\n)+)',
    re.MULTILINE,
)
#: Kept out: what is installed is the test's.
_PREPARE = """\
set -o errexit -o nounset -o pipefail
pip() { :; }
make() { :; }
"""
#: How long all commands of a page may take, in seconds.
_TIMEOUT = 220


def section(text: str, title: str) -> str:
    """Return the part of a page that has ``title``, its sections included.

    :raises ValueError: when there is none
    """
    lines = text.splitlines(keepends=True)
    start = lines.index(f'{title}\n')
    line = lines[start + 1]
    for end in range(start + 2, len(lines) - 1):
        if lines[end + 1] == line[0] * len(lines[end].rstrip()) + '\n':
            return ''.join(lines[start:end])
    return ''.join(lines[start:])


def blocks(text: str, *languages: str) -> list[str]:
    """Return what stands in blocks of code.

    :param languages: of the blocks, ``literal`` for those without
    """
    return [
        re.sub(rf'^{_indent(match["body"])}', '', match['body'], flags=re.M)
        for match in _BLOCK.finditer(text)
        if (match['language'] or 'literal') in languages
    ]


def _indent(body: str) -> str:
    return ' ' * (len(body) - len(body.lstrip(' ')))


def commands(text: str) -> list[str]:
    """Return the commands of a page in their order, without their output."""
    found = []
    for block in blocks(text, 'console', 'literal'):
        found += list(_typed(block) if '$ ' in block[:2] else _whole(block))
    return found


def _typed(block: str) -> Iterator[str]:
    """Yield what stands behind prompts, and what continues it."""
    command = ''
    for line in block.splitlines():
        if command:
            command += f'\n{line}'
        elif line.startswith('$ '):
            command = line[2:]
        if command and _is_complete(command):
            yield command
            command = ''


def _whole(block: str) -> Iterator[str]:
    """Yield all commands of a block that has no prompts."""
    command = ''
    for line in block.splitlines():
        command += f'\n{line}' if command else line
        if command.strip() and _is_complete(command):
            yield command
            command = ''


def _is_complete(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return False
    return not command.endswith('\\') and (
        command.count('(') == command.count(')')
    )


class Failed(Exception):
    """A command of a page failed; the text is what all have printed."""


def run(
    page: list[str],
    directory: str,
    environment: Mapping[str, str],
    replaced: Mapping[str, str],
) -> dict[str, str]:
    """Run the commands of a page in one shell, as a reader does.

    :param directory: in which they run, their home
    :param environment: variables that the page takes for granted
    :param replaced: texts in the place of others: ports, for instance
    :return: what each command has printed, on either output
    :raises Failed: when a command fails, or all take too long
    """
    script = _PREPARE
    for number, command in enumerate(page):
        for old, new in replaced.items():
            command = command.replace(old, new)
        script += f'echo "{_mark(number)}"\n{command}\n'
    with openstack_command.OpenstackCommand() as client:
        printed = _run(
            script,
            directory,
            {
                'PATH': f'{client.path}:{os.environ["PATH"]}',
                'HOME': directory,
                'LC_ALL': 'C.UTF-8',
                **environment,
            },
        )
    found = {}
    for number, command in enumerate(page):
        rest = printed.split(f'{_mark(number)}\n', 1)[1]
        found[command] = rest.split(f'{_mark(number + 1)}\n', 1)[0]
    return found


def _run(script: str, directory: str, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            ['bash', '-c', script],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f'{error.output!r}\n{error}') from error
    if done.returncode:
        raise Failed(done.stdout)
    return done.stdout


def _mark(number: int) -> str:
    return f'--- command {number}'
