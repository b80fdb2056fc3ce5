# SPDX-License-Identifier: Apache-2.0
"""A whole service that ends at a step of a request, and one that goes on.

As a program it is such a service, in a process of its own: it sends one
request to itself, and ends at a step, or waits until all is done and prints
what there is.
"""

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

from oslo_config import cfg
import oslo_messaging as messaging
import webob

from nova_ext.cmd import allinone
from nova_ext.cmd import process
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks_steps
from nova_ext.tests import polling
from nova_ext.virt.fake import FakeDriver
from nova_ext.wsgi import loader

#: Steps of the application, between the filter's: it is about to tell another
#: service what to do, and it has.
CAST = 'cast'
AFTER_CAST = 'after cast'
STEPS = (*tasks_steps.STEPS, CAST, AFTER_CAST)

#: Status of a process that ended on purpose.
DIED = 77
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'


def requests(server: str = '') -> dict[str, tuple[str, Any]]:
    """Return the requests there are: path and body by name."""
    body = {'name': 'one', 'flavorRef': '1', 'imageRef': _IMAGE}
    return {
        'create': ('/servers', {'server': body}),
        'reboot': (f'/servers/{server}/action', {'reboot': {'type': 'HARD'}}),
    }


def run(state: str, what: str, server: str = '', step: str = '') -> Any:
    """Run a service; return what it prints, None when it died at a step."""
    ran = subprocess.run(
        [sys.executable, '-m', __name__, state, what, server, step],
        capture_output=True,
        text=True,
        check=False,
    )
    if step and ran.returncode == DIED:
        return None
    if ran.returncode:
        raise AssertionError(ran.stderr)
    return json.loads(ran.stdout.splitlines()[-1])


class Service:
    """API, conductor and hosts in this process, as the all-in-one has them."""

    def __init__(self, state: pathlib.Path) -> None:
        self.conf = cfg.CONF
        allinone._set_defaults(self.conf, state)
        process.configure(self.conf, [])
        self.application = loader.load(self.conf)
        models.Base.metadata.create_all(facade.get_engine())
        drivers = {host: FakeDriver(self.conf) for host in allinone.HOSTS}
        for service in allinone._services(self.conf, drivers):
            service.start()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the status and the body of an answer."""
        request = webob.Request.blank(f'/v2.1{path}', method=method)
        request.headers['X-Auth-Token'] = 'admin:demo'
        if body is not None:
            request.headers['Task-tag'] = 'tag'
            request.content_type = 'application/json'
            request.json = body
        answer = request.get_response(self.application)
        return answer.status_int, answer.body and answer.json

    def tasks(self) -> Any:
        """Return the tasks with the tag."""
        return self.ask('GET', '/servers/tag/tasks')[1]['tasks']

    def retry(self, path: str, body: Any) -> Any:
        """Send a request until it is accepted; return what there is then."""
        status, _answer = self.ask('POST', path, body)
        polling.wait_until(self._is_done, 'the tasks')
        servers = self.ask('GET', '/servers/detail')[1]['servers']
        return {
            'status': status,
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
    """Let this process end at a step."""

    def die(step: str) -> None:
        if step == wanted:
            os._exit(DIED)

    tasks_steps.watch(die)
    cast = messaging.rpc.client._BaseCallContext.cast

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        die(CAST)
        result = cast(self, *args, **kwargs)
        die(AFTER_CAST)
        return result

    messaging.rpc.client._BaseCallContext.cast = watched


def main() -> None:
    """Be the service that the command line says."""
    state, what, server, step = sys.argv[1:]
    service = Service(pathlib.Path(state))
    path, body = requests(server)[what]
    if step:
        die_at(step)
    found = service.retry(path, body)
    sys.stdout.write(json.dumps(found) + '\n')
    sys.stdout.flush()
    os._exit(0)


if __name__ == '__main__':
    main()
