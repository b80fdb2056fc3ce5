# SPDX-License-Identifier: Apache-2.0
"""Many clients, in threads of many processes, send one request at once.

As a program it is one of the processes: it reads the number of a round from
its input, sends the request of that round from all threads, and prints how
often it was accepted and how often refused.
"""

import collections
import os
import subprocess
import sys
import threading
import time
from typing import Any

from oslo_config import cfg
import webob

from nova_ext.conf import opts
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks

PROCESSES = 8
THREADS = 8
ROUNDS = int(os.environ.get('NOVA_EXT_TASK_ROUNDS', '3'))
#: How long processes wait for each other before a round, in seconds.
_START = 0.05
_SERVER = '2a5f9c9a-7a55-4a4e-8f0e-5b5f0e0f4f3c'


class Application:
    """Accepts every change and counts them."""

    def __init__(self) -> None:
        self.accepted: collections.Counter[str] = collections.Counter()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        headers = [('OpenStack-API-Version', 'compute 2.1')]
        if environ['REQUEST_METHOD'] == 'GET':
            start_response('404 Not Found', headers)
        else:
            self.accepted[environ['HTTP_TASK_TAG']] += 1
            start_response('202 Accepted', headers)
        return [b'']


def main() -> None:
    """Take part in races on the database of the command line."""
    conf = cfg.ConfigOpts()
    opts.register_opts(conf)
    conf([], project='race', default_config_files=[])
    conf.set_override('connection', sys.argv[1], 'database')
    conf.set_override('max_pool_size', THREADS, 'database')
    facade.configure(conf)
    application = Application()
    filtered = tasks.TasksFilter(application, conf)
    _say('ready')
    for line in sys.stdin:
        round_, _, moment = line.partition(' ')
        codes = _run(filtered, round_, float(moment))
        carried_out = application.accepted[round_]
        _say(f'{carried_out} {codes.count(202)} {codes.count(409)}')


def _say(text: str) -> None:
    sys.stdout.write(text + '\n')
    sys.stdout.flush()


def _run(filtered: Any, round_: str, moment: float) -> list[int]:
    codes: list[int] = []

    def send() -> None:
        request = webob.Request.blank(
            f'/servers/{_SERVER}/action', method='POST'
        )
        request.json = {'os-stop': None}
        request.headers['Task-tag'] = round_
        request.environ['HTTP_X_PROJECT_ID'] = 'demo'
        request.environ['HTTP_X_USER_ID'] = 'user'
        time.sleep(max(0.0, moment - time.time()))
        codes.append(request.get_response(filtered).status_int)

    threads = [threading.Thread(target=send) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


class Race:
    """The processes, and what came of their rounds."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, '-m', __name__, url]
        self.processes = [
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        for process in self.processes:
            if _read(process) != 'ready':
                raise AssertionError('A process did not start')

    def run(self, round_: str) -> tuple[int, int, int]:
        """Return how often it was carried out, accepted and refused."""
        moment = time.time() + _START
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f'{round_} {moment}\n')
            process.stdin.flush()
        counts = [map(int, _read(p).split()) for p in self.processes]
        carried_out, accepted, refused = map(sum, zip(*counts, strict=True))
        return carried_out, accepted, refused

    def end(self) -> None:
        """Let the processes end."""
        for process in self.processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            process.wait()


def _read(process: Any) -> str:
    return str(process.stdout.readline()).strip()


if __name__ == '__main__':
    main()
