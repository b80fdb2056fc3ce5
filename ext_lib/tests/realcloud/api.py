# SPDX-License-Identifier: Apache-2.0
"""An API as operators run it: under uWSGI, with the file that is shipped."""

import pathlib
import re
import sys
from typing import Final

import requests

from ext_lib.testing import polling
from ext_lib.testing import process
from ext_lib.tests.realcloud import cloud

#: Processes of each API.
WORKERS: Final = 2

_FILES = cloud.SOURCES / 'etc' / 'uwsgi'
#: What uWSGI says of each process that has loaded the application.
_READY = 'WSGI app 0 '
_SECONDS = 120
#: A line of the request log, with the process.
_ANSWER = re.compile(rb'^[-\d]+ [:.\d]+ (\d+) .*" status: \d+ ', re.M)


class Api(process.Program):
    """A running API.

    :param uwsgi: the program
    :param name: of its file for uWSGI
    :param port: a free one, on which it listens
    :param config: its configuration
    :param variable: of the environment, which names that
    """

    def __init__(
        self,
        uwsgi: str,
        name: str,
        port: int,
        config: pathlib.Path,
        variable: str,
    ) -> None:
        self._url = f'http://127.0.0.1:{port}/healthcheck'
        ini = config.with_name(f'{name}.ini')
        ini.write_text(_moved((_FILES / f'{name}.ini').read_text(), port))
        super().__init__(
            [uwsgi, '--ini', str(ini)],
            str(config.parent),
            {variable: str(config)},
            name=name,
        )

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        master = self.process.pid
        children = pathlib.Path(f'/proc/{master}/task/{master}/children')
        return [int(pid) for pid in children.read_text().split()]

    def loaded(self) -> int:
        """Return how many processes have ever been ready to answer."""
        return self.output.read_text(errors='replace').count(_READY)

    def position(self) -> int:
        """Return how much has been written, for :meth:`answerers`."""
        return self.output.stat().st_size

    def answerers(self, position: int) -> set[int]:
        """Return the ids of the processes that answered since then."""
        with self.output.open('rb') as output:
            output.seek(position)
            return {int(pid) for pid in _ANSWER.findall(output.read())}

    def wait(self) -> None:
        """Return when all of its processes answer."""
        polling.wait_until(self._answers, f'{self._url} to answer', _SECONDS)

    def _answers(self) -> bool:
        self.check()
        if self.loaded() < WORKERS:
            return False
        try:
            return bool(requests.get(self._url, timeout=_SECONDS).ok)
        except requests.ConnectionError:
            return False


def _moved(ini: str, port: int) -> str:
    """Return a file of uWSGI's with what differs on each machine."""
    for option, value in (
        ('http-socket', f'127.0.0.1:{port}'),
        ('processes', str(WORKERS)),
        ('virtualenv', sys.prefix),
    ):
        form = rf'^{option} = .*$'
        ini, count = re.subn(form, f'{option} = {value}', ini, flags=re.M)
        if count != 1:
            raise AssertionError(f'{option} is in the file {count} times')
    return ini
