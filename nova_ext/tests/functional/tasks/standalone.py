# SPDX-License-Identifier: Apache-2.0
"""The filter with a file of its own, in front of any application."""

from collections.abc import Callable
from typing import Any
import uuid

import fixtures
import webob

from nova_ext.db.facade import facade
from nova_ext.middleware import tasks

SERVER = '2a5f9c9a-7a55-4a4e-8f0e-5b5f0e0f4f3c'
_FILE = """\
[database]
connection = {url}

[tasks]
store_timeout = {timeout}
store_retry_interval = {interval}
"""


class Application:
    """Accepts every change and counts them; knows no server by its id."""

    def __init__(self) -> None:
        self.accepted = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        status = '202 Accepted'
        if environ['REQUEST_METHOD'] != 'GET':
            self.accepted += 1
        elif environ['PATH_INFO'] == '/servers':
            status = '200 OK'
        else:
            status = '404 Not Found'
        start_response(status, [('OpenStack-API-Version', 'compute 2.1')])
        return [b'']


class Filter(fixtures.Fixture):
    """The filter, configured as paste does it in another service.

    :param url: of the store
    :param timeout: seconds to wait for it
    :param interval: seconds not to ask it again

    ``request_id`` is that of all requests; each has its own when it is None.
    """

    request_id: str | None = None

    def __init__(self, url: str, timeout: int, interval: int = 600) -> None:
        super().__init__()
        self._text = _FILE.format(url=url, timeout=timeout, interval=interval)

    def _setUp(self) -> None:
        path = self.useFixture(fixtures.TempDir()).join('tasks.conf')
        with open(path, 'w') as file:
            file.write(self._text)
        self.application = Application()
        make: Callable[[Any], Any] = tasks.filter_factory({}, config_file=path)
        self.addCleanup(facade.reset)
        self._filter = make(self.application)

    def act(
        self,
        tag: str | None = None,
        body: Any = None,
        key: str | None = None,
    ) -> webob.Response:
        """Send a request that changes a server; return the answer."""
        request = self._request(f'/servers/{SERVER}/action')
        request.method = 'POST'
        request.json = body or {'lock': None}
        if tag is not None:
            request.headers['Task-tag'] = tag
        if key is not None:
            request.headers['Idempotency-Key'] = key
        return request.get_response(self._filter)

    def get(self, path: str) -> webob.Response:
        """Send a request that reads; return the answer."""
        return self._request(path).get_response(self._filter)

    def _request(self, path: str) -> webob.Request:
        request = webob.Request.blank(path)
        request.environ['HTTP_X_PROJECT_ID'] = 'demo'
        request.environ['HTTP_X_USER_ID'] = 'user'
        request.environ['HTTP_X_ROLES'] = 'member,reader'
        request_id = self.request_id or f'req-{uuid.uuid4()}'
        request.environ['openstack.request_id'] = request_id
        return request
