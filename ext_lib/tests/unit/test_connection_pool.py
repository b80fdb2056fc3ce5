# SPDX-License-Identifier: Apache-2.0
"""Many threads ask another service, and the log stays empty."""

from collections.abc import Iterable
from concurrent import futures
import logging
import threading
from typing import Any

import fixtures
from keystoneauth1 import session as ks_session
from oslotest import base as test_base

from ext_lib import connection_pool
from ext_lib.wsgi import server

_MANY = 32


class TestConnectionPool(test_base.BaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.all_here = threading.Barrier(_MANY)
        self.server = server.HTTPServer(
            self.answer, '127.0.0.1', 0, threads=_MANY
        )
        self.server.start()
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.stop)
        self.log = self.useFixture(
            fixtures.FakeLogger('urllib3', logging.WARNING)
        )

    def answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.all_here.wait(60)
        start_response('200 OK', [('Content-Length', '0')])
        return [b'']

    def ask(self, session: ks_session.Session) -> None:
        with futures.ThreadPoolExecutor(_MANY) as pool:
            for answer in [
                pool.submit(session.get, self.server.url, authenticated=False)
                for _ in range(_MANY)
            ]:
                self.assertEqual(200, answer.result().status_code)

    def test_ordinary_sessions_discard_connections(self) -> None:
        self.ask(ks_session.Session())
        self.assertIn('Connection pool is full', self.log.output)

    def test_wide_ones_keep_them(self) -> None:
        session = ks_session.Session()
        connection_pool.widen(session, _MANY)
        self.ask(session)
        self.assertEqual('', self.log.output)
