# SPDX-License-Identifier: Apache-2.0
"""A cloud in a directory, which outlives the processes that use it.

A server is a file that bears the id of its instance, and holds its own. What
was asked for is written to a book, so that nothing done twice goes unseen.
"""

import collections
from collections.abc import Callable
import itertools
import os
import pathlib
import random
import time
import uuid

import fixtures
from oslo_config import cfg

from sahara_ext.infra import base

#: Where the directory is.
VARIABLE = 'SAHARA_EXT_TEST_CLOUD'
DRIVER = 'directory'

_METADATA = 'Metadata-Version: 2.1\nName: directory-cloud\nVersion: 1.0\n'
_ENTRY_POINTS = f'[sahara_ext.infra]\n{DRIVER} = {__name__}:DirectoryDriver\n'
#: How long anything takes at most, in seconds.
_DELAY = 0.02
#: How long to wait before looking whether a hold is over, in seconds.
_NAP = 0.1


class DirectoryCloud(fixtures.Fixture):
    """The directory, and what others need to find it.

    ``environment`` has the variables for processes.
    """

    def _setUp(self) -> None:
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self._servers = self.path / 'servers'
        self._servers.mkdir()
        site = self.path / 'site'
        info = site / 'directory_cloud-1.0.dist-info'
        info.mkdir(parents=True)
        (info / 'METADATA').write_text(_METADATA)
        (info / 'entry_points.txt').write_text(_ENTRY_POINTS)
        paths = [str(site), os.environ.get('PYTHONPATH', '')]
        self.environment = {
            VARIABLE: str(self.path),
            'PYTHONPATH': os.pathsep.join(filter(None, paths)),
            # Entry points are cached there.
            'XDG_CACHE_HOME': str(self.path / 'cache'),
            'OS_INFRA__DRIVER': DRIVER,
        }

    def servers(self) -> dict[str, str]:
        """Return the ids of servers by those of their instances."""
        return {
            path.name: path.read_text() for path in self._servers.iterdir()
        }

    def hold(self, method: str, count: int) -> None:
        """Have each engine wait after ``count`` calls of ``method``."""
        draft = self.path / 'draft-hold'
        draft.write_text(str(count))
        draft.rename(_hold(self.path, method))

    def release(self, method: str) -> None:
        """Have engines continue that :meth:`hold` made wait."""
        _hold(self.path, method).unlink()

    def made(self) -> list[str]:
        """Return the ids of instances, once for each server ever made."""
        book = self.path / 'book'
        return book.read_text().split() if book.exists() else []


class DirectoryDriver(base.InfraDriver):
    """Keeps that cloud."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__(conf)
        self._path = pathlib.Path(os.environ[VARIABLE])
        self._turns: collections.defaultdict[str, itertools.count[int]] = (
            collections.defaultdict(itertools.count)
        )

    def launch(self, context, cluster, node_group, instance, checkpoint):
        self._begin('launch', checkpoint)
        path = self._server(instance)
        draft = self._path / f'draft-{uuid.uuid4()}'
        draft.write_text(str(uuid.uuid4()))
        try:
            # All at once, and only if there is none.
            os.link(draft, path)
        except FileExistsError:
            pass
        else:
            self._note(instance)
        draft.unlink()
        _take_time()
        return path.read_text()

    def wait_for_address(self, context, cluster, instance, checkpoint):
        self._begin('wait_for_address', checkpoint)
        self._check(instance)
        return base.Addresses('192.0.2.1', '198.51.100.1')

    def wait_for_ssh(self, context, cluster, instance, checkpoint):
        self._begin('wait_for_ssh', checkpoint)
        self._check(instance)

    def delete(self, context, cluster, instance, checkpoint):
        self._begin('delete', checkpoint)
        self._server(instance).unlink(missing_ok=True)
        _take_time()

    def _begin(self, method: str, checkpoint: Callable[[], None]) -> None:
        _take_time()
        turn = next(self._turns[method])
        while (held := _held(self._path, method)) is not None and turn >= held:
            checkpoint()
            time.sleep(_NAP)  # noqa: NX304 (the cloud is slow, not the test)

    def _server(self, instance):
        return self._path / 'servers' / instance.id

    def _check(self, instance):
        found = self._server(instance).read_text()
        if found != instance.instance_id:
            raise ValueError(f'{found} is not {instance.instance_id}')

    def _note(self, instance):
        line = f'{instance.id}\n'.encode()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        book = os.open(self._path / 'book', flags)
        os.write(book, line)
        os.close(book)


def _hold(path, method):
    return path / f'hold-{method}'


def _held(path, method):
    try:
        return int(_hold(path, method).read_text())
    except FileNotFoundError:
        return None


def _take_time():
    # The cloud takes time, not the test.
    time.sleep(random.uniform(0, _DELAY))  # noqa: NX304
