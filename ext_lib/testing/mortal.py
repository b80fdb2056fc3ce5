# SPDX-License-Identifier: Apache-2.0
"""A program, again and again, that may be killed before a statement.

It has loaded all there is and forks for each command, so that none takes long.
The argument is the program's module.
"""

from collections.abc import Mapping
import importlib
import itertools
import json
import os
import re
import signal
import sys
import traceback
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy import event

_ASKS = ('SELECT', 'PRAGMA', 'SHOW', 'BEGIN', 'ROLLBACK', 'SAVEPOINT', 'SET')


class _Death:
    """Comes before a statement that would change something, or a commit.

    :param number: of the statement or commit; the first one is 1
    :param among: expression that what counts as one has to match
    """

    def __init__(self, number: int, among: str) -> None:
        self._left = itertools.count(number - 1, -1)
        self._among = among
        event.listen(sa.engine.Engine, 'before_cursor_execute', self._hear)
        event.listen(sa.engine.Engine, 'commit', self._hear_of_commit)

    def _hear(
        self, _connection: Any, _cursor: Any, statement: str, *_: Any
    ) -> None:
        statement = statement.strip()
        if statement.upper().startswith(_ASKS):
            return
        if re.search(self._among, statement) and not next(self._left):
            os.kill(os.getpid(), signal.SIGKILL)

    def _hear_of_commit(self, connection: Any) -> None:
        self._hear(connection, None, 'COMMIT')


def main() -> None:
    """Carry out the commands that the input says, one a line."""
    program = importlib.import_module(sys.argv[1])
    _tell(sa.__version__)
    for line in sys.stdin:
        _tell(json.dumps(_born(program, *json.loads(line))))


def _tell(line: str) -> None:
    sys.stdout.write(f'{line}\n')
    sys.stdout.flush()


def _born(
    program: Any,
    environment: Mapping[str, str],
    arguments: list[str],
    dies_before: int,
    among: str,
) -> tuple[int, str]:
    """Return how a command ended, and all it has said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.environ.update(environment)
        if dies_before:
            _Death(dies_before, among)
        _live(writing, program, arguments)
    os.close(writing)
    with open(reading) as pipe:
        said = pipe.read()
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said


def _live(writing: int, program: Any, arguments: list[str]) -> NoReturn:
    """Be the command."""
    os.dup2(writing, sys.stdout.fileno())
    os.dup2(writing, sys.stderr.fileno())
    status = 1
    try:
        status = program.main(arguments)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


if __name__ == '__main__':
    main()
