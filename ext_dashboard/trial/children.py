# SPDX-License-Identifier: Apache-2.0
"""The processes of a trial dashboard, which end together."""

from collections.abc import Mapping
import ctypes
import http.client
import importlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from types import TracebackType
import urllib.parse

from ext_lib.startup import Program
from ext_lib.startup_errors import NotStarted
from ext_lib.wsgi.server import HTTPServer

#: How long one may take to answer, and to end, in seconds.
_START = 120
_END = 15
_PAUSE = 0.1
#: Of prctl(2).
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Ask to be ended where the parent is killed, as far as Linux knows."""
    if sys.platform == 'linux':
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def run(name: str, command: list[str], environment: Mapping[str, str]) -> None:
    """Run a command to its end.

    :param name: for messages
    :param environment: variables in addition to those of this process
    :raises NotStarted: with the last line that it wrote, when it fails
    """
    done = subprocess.run(  # noqa: S603
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or 'no reason').splitlines()[-1]
        raise NotStarted(f'{name}: {last}')


class Child:
    """A process that answers at a URL.

    :param name: for messages
    :param module: is run as a program
    :param log: file for its output
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: list[str],
        log: pathlib.Path,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self._log = log
        with log.open('w') as output:
            # A group of its own: Ctrl-C is for the parent, which ends it.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, '-W', 'ignore', '-m', module, *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 one thread
            )

    def wait(self, url: str) -> None:
        """Return once it answers with success.

        :raises NotStarted: when it ends before, or takes too long
        """
        deadline = time.monotonic() + _START
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise NotStarted(f'{self.name} does not answer at {url}.')
            time.sleep(_PAUSE)

    def check(self) -> None:
        """Do nothing while it runs.

        :raises NotStarted: with the last line of its output, once it has ended
        """
        if self._process.poll() is None:
            return
        lines = self._log.read_text(errors='replace').strip().splitlines()
        said = lines[-1] if lines else f'status {self._process.returncode}'
        raise NotStarted(f'{self.name} has ended: {said} (see {self._log})')

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def end(self) -> None:
        """Return when it has ended, at its own pace or not."""
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Children:
    """All processes; at the end of the context they have ended."""

    def __init__(self) -> None:
        self._all: list[Child] = []

    def __enter__(self) -> 'Children':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for child in self._all:
            child.terminate()
        for child in self._all:
            child.end()

    def add(self, child: Child) -> Child:
        """Have it end with the others."""
        self._all.append(child)
        return child

    def check(self) -> None:
        """Do nothing while all run.

        :raises NotStarted: once one has ended
        """
        for child in self._all:
            child.check()


def _answers(url: str) -> bool:
    """Return whether there is an answer that is no error."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_START)
    try:
        connection.request('GET', parts.path)
        return connection.getresponse().status < http.client.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def serve(application: str) -> int:
    """Serve as a process, on the host and the port of its command line.

    :param application: its module and name; imported when the command line
        has been taken, which libraries would read too
    """
    host, port = sys.argv[1:]
    del sys.argv[1:]
    program = Program(f'{host}:{port}')
    return program.run(lambda: _serve(application, host, int(port)))


def _serve(application: str, host: str, port: int) -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    module, _, name = application.partition(':')
    server = HTTPServer(
        getattr(importlib.import_module(module), name), host, port
    )
    server.start()
    ended.wait()
    server.stop()
    server.wait()
    return 0
