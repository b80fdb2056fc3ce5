# SPDX-License-Identifier: Apache-2.0
"""Tests of which requests change a server."""

from typing import Any

import testtools

from osc_ext.sdk import changes


class TestRecognize(testtools.TestCase):
    def kind(self, request: str, body: Any = None) -> str | None:
        """Return the kind of change that a request makes."""
        method, _, url = request.partition(' ')
        change = changes.recognize(method, url, body)
        return None if change is None else change.kind

    def test_changes(self) -> None:
        for request, kind in (
            ('POST /servers', 'create'),
            ('post servers', 'create'),
            ('DELETE servers/one', 'delete'),
            ('DELETE servers/one?force=1', 'delete'),
            ('POST /servers/one/os-interface', 'attach_interface'),
            ('DELETE /servers/one/os-interface/two', 'other'),
            ('POST /servers/one/os-volume_attachments', 'attach_volume'),
            ('DELETE /servers/one/os-volume_attachments/two', 'other'),
            ('POST /servers/one/migrations/2/action', 'other'),
            ('DELETE /servers/one/migrations/2', 'other'),
            ('PUT /servers/one', 'update'),
            ('POST /servers/one/metadata', 'metadata'),
            ('PUT /servers/one/metadata', 'metadata'),
            ('PUT /servers/one/metadata/a', 'metadata item'),
            ('DELETE /servers/one/metadata/a', 'other'),
            ('PUT /servers/one/tags', 'tags'),
            ('DELETE /servers/one/tags', 'other'),
            ('PUT /servers/one/tags/a', 'other'),
            ('DELETE /servers/one/tags/a', 'other'),
            ('DELETE /servers/one/os-server-password', 'other'),
            ('PUT /servers/one/os-volume_attachments/two', 'other'),
            ('POST /servers/one/shares', 'attach_share'),
            ('DELETE /servers/one/shares/two', 'other'),
        ):
            self.assertEqual(kind, self.kind(request), request)

    def test_actions(self) -> None:
        request = 'POST /servers/one/action'
        self.assertEqual('reboot', self.kind(request, {'reboot': {}}))
        self.assertEqual('pause', self.kind(request, '{"pause": null}'))
        self.assertEqual('pause', self.kind(request, b'{"pause": null}'))
        none: list[Any] = [None, [], {}, {'a': 1, 'b': 2}, '{', b'\xff']
        for body in none:
            self.assertEqual('other', self.kind(request, body), repr(body))

    def test_what_reads(self) -> None:
        request = 'POST /servers/one/action'
        self.assertIsNone(self.kind(request, {'os-getConsoleOutput': {}}))
        self.assertIsNone(self.kind('POST /servers/one/remote-consoles'))

    def test_what_changes_something_else(self) -> None:
        for request in (
            'PUT /servers',
            'POST /servers/one/tags',
            'PUT /os-server-groups/one',
            'POST /os-keypairs',
            'DELETE /os-keypairs/servers',
            'PUT /servers/one/os-interface/two',
            'POST /flavors/servers',
            'POST http://another.example.com/servers',
        ):
            self.assertIsNone(self.kind(request), request)

    def test_values(self) -> None:
        body = {'rebuild': {'imageRef': 'i'}}
        change = changes.recognize('POST', 'servers/one/action', body)
        self.assertEqual(
            changes.Change('rebuild', 'one', {'imageRef': 'i'}), change
        )
