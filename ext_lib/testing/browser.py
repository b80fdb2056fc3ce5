# SPDX-License-Identifier: Apache-2.0
"""A browser that shows a page of another origin than that of an API."""

from collections.abc import Mapping
import dataclasses

# Not http.server.X: eventlet, where it is imported, replaces that attribute.
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
import json
import os
import shutil
import threading
from typing import Any

import fixtures
import testtools

from ext_lib.testing import polling
from ext_lib.testing import process
from ext_lib.testing import servers

#: Names of the program, by distribution.
_PROGRAMS = ('chromium', 'chromium-browser', 'google-chrome')
_MISSING = f'None of {", ".join(_PROGRAMS)} is installed'
#: What it needs to run without a screen, and to ask no server but ours.
FLAGS = (
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
)
#: Reads what to ask, asks it with the page's own fetch(), and sends back
#: what the page was allowed to read.
_PAGE = b"""<!DOCTYPE html>
<title>Page</title>
<script>
async function answer(asked) {
    try {
        const found = await fetch(asked.url, asked)
        const text = await found.text()
        return {
            status: found.status,
            headers: Object.fromEntries(found.headers),
            text: text,
        }
    } catch (error) {
        return {error: String(error)}
    }
}
async function run() {
    const requests = await (await fetch('/requests')).json()
    const answers = []
    for (const asked of requests) answers.push(await answer(asked))
    await fetch('/answers', {method: 'POST', body: JSON.stringify(answers)})
}
run()
</script>
"""


def require(test: testtools.TestCase) -> None:
    """Skip ``test`` where there is no browser, or fail if there has to be."""
    if program():
        return
    if os.environ.get(servers.REQUIRE):
        raise AssertionError(_MISSING)
    test.skipTest(_MISSING)


def program() -> str | None:
    """Return the path of a browser, None where there is none."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer as a page can read it; ``error`` is set if it cannot.

    :ivar headers: by lower-case name, those only that the page may see
    """

    status: int = 0
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    text: str = ''
    error: str = ''

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)


class Page(fixtures.Fixture):
    """A page on an ``origin`` of its own."""

    origin: str

    def _setUp(self) -> None:
        self._requests: list[dict[str, Any]] = []
        self._answers: list[Answer] | None = None
        page = self

        class Handler(_Handler):
            owner = page

        server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.origin = f'http://127.0.0.1:{server.server_port}'

    def fetch(self, *requests: dict[str, Any]) -> list[Answer]:
        """Have a new browser send requests, one after the other.

        :param requests: arguments of the page's ``fetch``, and ``url``
        """
        self._requests, self._answers = list(requests), None
        path = program()
        assert path
        with fixtures.TempDir() as directory:
            browser = process.Program(
                [
                    path,
                    *FLAGS,
                    f'--user-data-dir={directory.path}/profile',
                    self.origin,
                ],
                directory.path,
                {'HOME': directory.path},
            )
            with browser:
                polling.wait_until(
                    lambda: self._is_answered(browser), 'the page'
                )
        return self._answers or []

    def _is_answered(self, browser: process.Program) -> bool:
        if self._answers is None:
            browser.check()
        return self._answers is not None

    def requests(self) -> bytes:
        """Return what the browser is to ask."""
        return json.dumps(self._requests).encode()

    def keep(self, answers: bytes) -> None:
        """Remember what the browser was answered."""
        self._answers = [Answer(**found) for found in json.loads(answers)]


class _Handler(BaseHTTPRequestHandler):
    owner: Page

    def do_GET(self) -> None:
        """Send the page, or its data."""
        if self.path == '/requests':
            self._send(self.owner.requests(), 'application/json')
        else:
            self._send(_PAGE, 'text/html')

    def do_POST(self) -> None:
        """Take what the page has found out."""
        length = int(self.headers['Content-Length'])
        self.owner.keep(self.rfile.read(length))
        self._send(b'', 'text/plain')

    def _send(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: standard error is that of the tests."""
