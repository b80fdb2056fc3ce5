# SPDX-License-Identifier: Apache-2.0
"""The processes of an API can be replaced while it is asked."""

import signal
import threading

import requests

from ext_lib.testing import polling
from ext_lib.tests.realcloud import api
from ext_lib.tests.realcloud import base
from ext_lib.tests.realcloud import deployment

_LISTS = {deployment.COMPUTE: '/servers', deployment.CLUSTERS: '/clusters'}


class Client(threading.Thread):
    """Asks for a list again and again; ``statuses`` has the answers.

    :param url: of the list
    """

    def __init__(self, url: str, token: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._headers = {'X-Auth-Token': token}
        self._is_over = threading.Event()
        self.statuses: list[int | str] = []

    def run(self) -> None:
        """Ask until told to stop."""
        while not self._is_over.is_set():
            try:
                found = requests.get(
                    self._url, headers=self._headers, timeout=60
                )
            except requests.ConnectionError as error:
                self.statuses.append(str(error))
            else:
                self.statuses.append(found.status_code)

    def stop(self) -> None:
        """Ask no more."""
        self._is_over.set()
        self.join()


class TestReload(base.ServicesTestCase):
    def test_requests_wait_while_all_processes_are_replaced(self):
        token, _ = self.cloud.session('demo')
        for service, path in _LISTS.items():
            url = self.services.urls[service.service_type]
            client = Client(url + path, token)
            client.start()
            self.reload(self.services.apis[service.service_type])
            answered = len(client.statuses)
            self.wait_for(client, answered + 5)
            client.stop()
            self.assertEqual({200}, {*client.statuses})

    def reload(self, running: api.Api) -> None:
        """Have all processes of an API replaced; return when they are."""
        before, loaded = {*running.workers()}, running.loaded()
        self.assertEqual(api.WORKERS, len(before))
        running.process.send_signal(signal.SIGHUP)
        polling.wait_until(
            lambda: running.loaded() == loaded + api.WORKERS,
            'new processes',
            120,
        )
        self.assertEqual(set(), before.intersection(running.workers()))

    def wait_for(self, client: Client, number: int) -> None:
        polling.wait_until(
            lambda: len(client.statuses) >= number, 'answers of new processes'
        )
