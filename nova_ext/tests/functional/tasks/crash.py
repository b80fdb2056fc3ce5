# SPDX-License-Identifier: Apache-2.0
"""A whole service that ends at a step of a request, and one that continues.

As a program it makes such services, each in a process of its own: a service
sends one request to itself, and ends at a step, or waits until all is done and
tells what there is.
"""

import atexit
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback
from typing import Any, NoReturn

from oslo_config import cfg
import oslo_messaging as messaging
import webob

from ext_lib.testing import polling
from nova_ext.cmd import allinone
from nova_ext.cmd import process
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks
from nova_ext.virt.fake import FakeDriver
from nova_ext.wsgi import loader

#: Steps of the application, between the filter's: it is about to tell another
#: service what to do, and it has.
CAST = 'cast'
AFTER_CAST = 'after cast'
STEPS = (*tasks.CRASH_POINTS, CAST, AFTER_CAST)

#: Status of a process that ended on purpose.
DIED = 77
#: Headers that protect a request, by the name of the way.
PROTECTIONS = {
    'tag': {'Task-tag': 'tag'},
    'key': {'Idempotency-Key': '"key"'},
    'both': {'Task-tag': 'tag', 'Idempotency-Key': '"key"'},
}
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'


def requests(server: str = '') -> dict[str, tuple[str, Any]]:
    """Return the requests there are: path and body by name."""
    body = {'name': 'one', 'flavorRef': '1', 'imageRef': _IMAGE}
    return {
        'create': ('/servers', {'server': body}),
        'reboot': (f'/servers/{server}/action', {'reboot': {'type': 'HARD'}}),
    }


class Nursery:
    """A process that becomes a service in no time: it has it all loaded."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, '-m', __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(
        self,
        state: str,
        what: str,
        server: str = '',
        step: str = '',
        protection: str = 'tag',
    ) -> Any:
        """Run a service; return what it tells, None when it died at a step."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([state, what, server, step, protection]) + '\n')
        stdin.flush()
        try:
            status, told = json.loads(stdout.readline())
        except BaseException:
            # What comes late must not be taken for another's.
            nursery.cache_clear()
            self.end()
            raise
        if step and status == DIED:
            return None
        if status:
            raise AssertionError(told)
        return json.loads(told)

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


@functools.cache
def nursery() -> Nursery:
    """Return the one of this process."""
    made = Nursery()
    atexit.register(made.end)
    return made


@functools.cache
def booted() -> tuple[str, str]:
    """Return the state of a service, to be copied, and its server."""
    state = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, state)
    [server] = nursery().run(state, 'create')['servers']
    return state, server


class Service:
    """API, conductor and hosts in this process, as the all-in-one has them."""

    def __init__(self, state: pathlib.Path, protection: str) -> None:
        self.protection = PROTECTIONS[protection]
        self.conf = cfg.CONF
        self.application = _load(state)
        models.Base.metadata.create_all(facade.get_engine())
        drivers = {host: FakeDriver(self.conf) for host in allinone.HOSTS}
        for service in allinone._services(self.conf, drivers):
            service.start()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the status and the body of an answer."""
        answer = self.answer(method, path, body)
        return answer.status_int, answer.body and answer.json

    def answer(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer to a request; one with a body is protected."""
        request = webob.Request.blank(f'/v2.1{path}', method=method)
        request.headers['X-Auth-Token'] = 'admin:demo'
        if body is not None:
            request.headers.update(self.protection)
            request.content_type = 'application/json'
            request.json = body
        return request.get_response(self.application)

    def tasks(self) -> Any:
        """Return the tasks with the tag, or of all servers."""
        keys = ['tag']
        if 'Task-tag' not in self.protection:
            found = self.ask('GET', '/servers?all_tenants=1')[1]
            keys = [server['id'] for server in found['servers']]
        return [
            task
            for key in keys
            for task in self.ask('GET', f'/servers/{key}/tasks')[1]['tasks']
        ]

    def retry(self, path: str, body: Any) -> Any:
        """Send a request until it is accepted; return what there is then."""
        answer = self.answer('POST', path, body)
        polling.wait_until(self._is_done, 'the tasks')
        servers = self.ask('GET', '/servers/detail')[1]['servers']
        return {
            'status': answer.status_int,
            'headers': {k.lower(): v for k, v in answer.headers.items()},
            'body': answer.text,
            'servers': [s['id'] for s in servers],
            'states': [s['status'] for s in servers],
            'tasks': self.tasks(),
            'actions': [a for s in servers for a in self._actions(s['id'])],
        }

    def _is_done(self) -> bool:
        found = {task['state'] for task in self.tasks()}
        return found <= {'success', 'error'}

    def _actions(self, server: str) -> Any:
        path = f'/servers/{server}/os-instance-actions'
        actions = self.ask('GET', path)[1]['instanceActions']
        return [action['action'] for action in actions]


def die_at(wanted: str) -> None:
    """Have this process end at a step."""

    def die(step: str) -> None:
        if step == wanted:
            os._exit(DIED)

    tasks.crash_observers.append(die)
    cast = messaging.rpc.client._BaseCallContext.cast

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        die(CAST)
        result = cast(self, *args, **kwargs)
        die(AFTER_CAST)
        return result

    messaging.rpc.client._BaseCallContext.cast = watched


def _load(state: pathlib.Path) -> Any:
    allinone._set_defaults(cfg.CONF, state)
    process.configure(cfg.CONF, [])
    return loader.load(cfg.CONF)


def main() -> None:
    """Make the services that the input says, one a line."""
    with tempfile.TemporaryDirectory() as state:
        # So that each finds imported what it needs.
        _load(pathlib.Path(state))
        cfg.CONF.reset()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_born(*json.loads(line))) + '\n')
        sys.stdout.flush()


def _born(*arguments: str) -> tuple[int, str]:
    """Return how a service ended, and what it had told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live(writing, *arguments)
    os.close(writing)
    with open(reading) as pipe:
        told = pipe.read()
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), told


def _live(writing: int, *arguments: str) -> NoReturn:
    """Be a service."""
    status = 0
    try:
        told = json.dumps(_serve(*arguments))
    except BaseException:
        status, told = 1, traceback.format_exc()
    with open(writing, 'w') as pipe:
        pipe.write(told)
    os._exit(status)


def _serve(
    state: str, what: str, server: str, step: str, protection: str
) -> Any:
    service = Service(pathlib.Path(state), protection)
    path, body = requests(server)[what]
    if step:
        die_at(step)
    return service.retry(path, body)


if __name__ == '__main__':
    main()
