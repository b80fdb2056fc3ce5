# SPDX-License-Identifier: Apache-2.0
"""Many clients, in threads of many processes, send one request at once.

As a program it starts the processes. In each round every thread sends the
request of that round, none before all are ready; then it prints for each
round how often the request was carried out, accepted and refused.
"""

from collections.abc import Callable
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from typing import Any

from oslo_config import cfg
import webob

from nova_ext.conf import opts
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks

PROCESSES = 8
THREADS = 8
ROUNDS = int(os.environ.get('NOVA_EXT_TASK_ROUNDS', '10'))
#: How many connections to the database a process has for each use of them:
#: few servers take more than a hundred.
_CONNECTIONS = 4
#: How long threads wait for each other before a round, in seconds.
_PATIENCE = 60
_SERVER = '2a5f9c9a-7a55-4a4e-8f0e-5b5f0e0f4f3c'
#: Processes begin with what this one has imported.
_FORK = multiprocessing.get_context('fork')

#: How often a request was carried out, accepted and refused.
Result = tuple[int, int, int]

#: Makes the headers that protect the request of a round.
_PROTECTIONS: dict[str, Callable[[int], dict[str, str]]] = {
    'tag': lambda round_: {'Task-tag': str(round_)},
    'key': lambda round_: {'Idempotency-Key': f'"{round_}"'},
}


def run(
    url: str,
    rounds: int = ROUNDS,
    processes: int = PROCESSES,
    threads: int = THREADS,
    protection: str = 'tag',
) -> list[Result]:
    """Race on a database; return what came of each round.

    :param protection: of the requests: ``tag`` or ``key``
    """
    numbers = [str(number) for number in (rounds, processes, threads)]
    ran = subprocess.run(
        [sys.executable, '-m', __name__, url, protection, *numbers],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return [tuple(result) for result in json.loads(ran.stdout)]


def main() -> None:
    """Carry out the races of the command line."""
    url, protection, *numbers = sys.argv[1:]
    rounds, processes, threads = map(int, numbers)
    course = Course(url, rounds, processes, threads, protection)
    runners = [_FORK.Process(target=course.run) for _ in range(processes)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    sys.stdout.write(json.dumps(course.results))


class Course:
    """State that processes and threads share."""

    def __init__(
        self,
        url: str,
        rounds: int,
        processes: int,
        threads: int,
        protection: str,
    ) -> None:
        self.url = url
        self.protect = _PROTECTIONS[protection]
        self.rounds = rounds
        self.threads = threads
        self.start = _FORK.Barrier(processes * threads, timeout=_PATIENCE)
        self.counts = {
            outcome: _FORK.Array('i', rounds)
            for outcome in ('carried out', 202, 409)
        }

    @property
    def results(self) -> list[Result]:
        """The number of each outcome in each round."""
        carried_out, accepted, refused = (
            numbers[:] for numbers in self.counts.values()
        )
        return list(zip(carried_out, accepted, refused, strict=True))

    def count(self, outcome: str | int, round_: int) -> None:
        """Note an outcome; of others than those above nothing is noted."""
        if outcome in self.counts:
            with self.counts[outcome].get_lock():
                self.counts[outcome][round_] += 1

    def run(self) -> None:
        """Be one of the processes."""
        conf = cfg.ConfigOpts()
        opts.register_opts(conf)
        conf([], project='race', default_config_files=[])
        conf.set_override('connection', self.url, 'database')
        conf.set_override('max_pool_size', _CONNECTIONS, 'database')
        conf.set_override('max_overflow', 0, 'database')
        facade.configure(conf)
        filtered = tasks.TasksFilter(self.application, conf)
        threads = [
            threading.Thread(target=self._race, args=(filtered,))
            for _ in range(self.threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def application(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> list[bytes]:
        """Accept every change (PEP 3333)."""
        headers = [('OpenStack-API-Version', 'compute 2.1')]
        if environ['REQUEST_METHOD'] == 'GET':
            start_response('404 Not Found', headers)
        else:
            self.count('carried out', int(environ['HTTP_X_ROUND']))
            start_response('202 Accepted', headers)
        return [b'']

    def _race(self, filtered: Any) -> None:
        for round_ in range(self.rounds):
            request = _request(round_, self.protect(round_))
            self.start.wait()
            answer = request.get_response(filtered)
            self.count(answer.status_int, round_)


def _request(round_: int, headers: dict[str, str]) -> webob.Request:
    request = webob.Request.blank(f'/servers/{_SERVER}/action', method='POST')
    request.json = {'os-stop': None}
    request.headers.update({'X-Round': str(round_), **headers})
    request.environ['HTTP_X_PROJECT_ID'] = 'demo'
    request.environ['HTTP_X_USER_ID'] = 'user'
    return request


if __name__ == '__main__':
    main()
