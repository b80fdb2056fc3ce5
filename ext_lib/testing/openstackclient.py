# SPDX-License-Identifier: Apache-2.0
"""The openstack client, as it is released.

To load it takes most of the time of a command. So it is loaded once, by a
process of its own, of which each command is a copy.
"""

from collections.abc import Mapping, Sequence
import contextlib
import functools
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from typing import Any

#: How long a command may take, in seconds.
_TIMEOUT = 120


def run(
    directory: str, words: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command of the client, which may fail.

    :param directory: in which it runs, and where it has its home
    :param environment: all it knows of the cloud
    :raises TimeoutExpired: when it takes too long
    """
    with tempfile.TemporaryDirectory() as place:
        files = [str(pathlib.Path(place, name)) for name in ('out', 'err')]
        code = _loaded().run(
            words=list(words),
            directory=directory,
            files=files,
            environment={
                'PATH': os.environ['PATH'],
                'HOME': directory,
                'PYTHONWARNINGS': 'ignore',
                'LC_ALL': 'C.UTF-8',
                **environment,
            },
        )
        if code == -signal.SIGALRM:
            raise subprocess.TimeoutExpired(list(words), _TIMEOUT)
        out, err = (pathlib.Path(file).read_text() for file in files)
    return subprocess.CompletedProcess(list(words), code, out, err)


@functools.cache
def _loaded() -> '_Loaded':
    return _Loaded()


class _Loaded:
    """A process that has loaded the client; it ends with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', __name__],
            env={**os.environ, 'LC_ALL': 'C.UTF-8'},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, **asked: Any) -> int:
        """Run one command and return its status, as subprocess tells it."""
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(asked) + '\n')
            self._process.stdin.flush()
            return int(self._process.stdout.readline())


def _serve() -> None:
    # It looks up its own name when it is loaded.
    sys.argv = ['openstack']
    from openstackclient import shell
    from openstackclient.common import clientmanager  # noqa: F401 - is slow

    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(shell.main, **json.loads(line))
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f'{os.waitstatus_to_exitcode(status)}\n')
        sys.stdout.flush()


def _become(
    main: Any,
    words: list[str],
    directory: str,
    files: Sequence[str],
    environment: Mapping[str, str],
) -> None:
    """Be the client; never return."""
    signal.alarm(_TIMEOUT)
    for number, name in enumerate((os.devnull, *files)):
        flags = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        os.dup2(os.open(name, flags, 0o600), number)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv += words
    code: Any = 1
    try:
        code = main(words)
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else bool(code))


if __name__ == '__main__':
    _serve()
