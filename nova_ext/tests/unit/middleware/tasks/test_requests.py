# SPDX-License-Identifier: Apache-2.0
"""Unit tests of requests and their tags."""

import string
from typing import Any

import hypothesis
from hypothesis import strategies

from ext_lib.wsgi.request import Request
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import verdicts
from nova_ext.middleware.tasks.requests import Effect
from nova_ext.tests import base

ALLOWED = ''.join(
    c
    for c in string.ascii_letters + string.digits + string.punctuation
    if c not in ',/?#%'
)
_ID = '2a5f9c9a-7a55-4a4e-8f0e-5b5f0e0f4f3c'
_ONE = f'/servers/{_ID}'


_VOLUME = f'{_ONE}/os-volume_attachments/v'
_ATTACHMENTS: tuple[Any, ...] = (
    {'volumeAttachment': {'volumeId': 'v'}},
    {'volumeAttachment': {}}, {'volumeAttachment': 1}, {}, [], None,
)  # fmt: skip
#: Requests of which nova records nothing, or what they ask for.
_CHANGES: tuple[tuple[str, str, str, Any], ...] = (
    ('update', 'PUT', _ONE, {'server': {'name': 'two'}}),
    ('update_metadata', 'POST', f'{_ONE}/metadata', {'metadata': {'a': 'b'}}),
    ('replace_metadata', 'PUT', f'{_ONE}/metadata', {'metadata': {}}),
    ('update_metadata', 'PUT', f'{_ONE}/metadata/a', {'meta': {'a': 'b'}}),
    ('delete_metadata', 'DELETE', f'{_ONE}/metadata/metadata', None),
    ('replace_tags', 'PUT', f'{_ONE}/tags', {'tags': ['a']}),
    ('delete_tags', 'DELETE', f'{_ONE}/tags', None),
    ('add_tag', 'PUT', f'{_ONE}/tags/a', None),
    ('delete_tag', 'DELETE', f'{_ONE}/tags/tags', None),
    ('clear_password', 'DELETE', f'{_ONE}/os-server-password', None),
    ('attach_share', 'POST', f'{_ONE}/shares', {'share': {'share_id': 's'}}),
    ('detach_share', 'DELETE', f'{_ONE}/shares/s', None),
    (
        'swap_volume',
        'PUT',
        _VOLUME,
        {'volumeAttachment': {'volumeId': 'w', 'delete_on_termination': True}},
    ),
    *(
        ('update_volume_attachment', 'PUT', _VOLUME, body)
        for body in _ATTACHMENTS
    ),
)  # fmt: skip


class TestUnderstand(base.TestCase):
    def understand(self, method, path, body=None):
        request = Request.blank(path, method=method)
        if body is not None:
            request.json = body
        found = requests.understand(request, 'demo')
        if body is not None:
            self.assertEqual(body, request.json)
        return found

    def test_names(self):
        for name, method, path, body in (
            ('create', 'POST', '/servers', {'server': {}}),
            ('delete', 'DELETE', _ONE, None),
            ('stop', 'POST', f'{_ONE}/action', {'os-stop': None}),
            ('delete', 'POST', f'{_ONE}/action', {'forceDelete': None}),
            (
                'live-migration',
                'POST',
                f'{_ONE}/action',
                {'os-migrateLive': 1},
            ),
            ('confirmResize', 'POST', f'{_ONE}/action', {'confirmResize': 1}),
            ('action', 'POST', f'{_ONE}/action', {}),
            ('attach_interface', 'POST', f'{_ONE}/os-interface', {}),
            (
                'detach_volume',
                'DELETE',
                f'{_ONE}/os-volume_attachments/x',
                None,
            ),
            ('live_migration_cancel', 'DELETE', f'{_ONE}/migrations/1', None),
            (
                'live_migration_force_complete',
                'POST',
                f'{_ONE}/migrations/1/action',
                {},
            ),
            *_CHANGES,
        ):
            for prefix in ('', '/demo', f'/{"a" * 32}'):
                found = self.understand(method, prefix + path, body)
                self.assertEqual(Effect.MAKES_TASK, found.effect, path)
                self.assertEqual((name, path), (found.name, found.path))
                wanted = None if name == 'create' else _ID
                self.assertEqual(wanted, found.server_id)

    def test_what_is_not_recorded(self):
        found = {name for name, *_ in _CHANGES}
        self.assertEqual(verdicts.ANSWERED_ONLY, found - verdicts.RECORDED)
        self.assertEqual(set(), verdicts.ANSWERED_ONLY & verdicts.RECORDED)

    def test_the_other_name_of_servers(self):
        servers = '/os-volumes_boot'
        one = f'{servers}/{_ID}'
        for method, path, body, name, server_id in (
            ('POST', servers, {'server': {'max_count': 2}}, 'create', None),
            ('PUT', one, {'server': {}}, 'update', _ID),
            ('DELETE', one, None, 'delete', _ID),
            ('POST', f'{one}/action', {'os-stop': None}, 'stop', _ID),
        ):
            for prefix in ('', '/demo', f'/{"a" * 32}'):
                found = self.understand(method, prefix + path, body)
                self.assertEqual((name, path), (found.name, found.path))
                self.assertEqual(server_id, found.server_id)
                self.assertEqual(name == 'create', found.is_multiple)

    def test_reads(self):
        for method, path, body in (
            ('GET', _ONE, None),
            ('HEAD', '/servers', None),
            ('POST', f'{_ONE}/remote-consoles', {}),
            ('POST', f'{_ONE}/action', {'os-getConsoleOutput': {}}),
        ):
            found = self.understand(method, path, body)
            self.assertEqual(Effect.READS, found.effect, path)

    def test_others(self):
        for method, path in (
            ('PUT', '/servers'), ('POST', '/servers/'), ('POST', '/flavors'),
            ('POST', '/unknown/servers'), ('DELETE', '/servers'),
            ('DELETE', '/servers/'), ('POST', f'{_ONE}/tasks'),
            ('PUT', f'{_ONE}/os-interface/x'), ('POST', ''),
            ('POST', f'/a/b{_ONE}/action'), ('DELETE', f'{_ONE}/action'),
            ('PATCH', _ONE), ('DELETE', f'{_ONE}/metadata'),
            ('DELETE', f'{_ONE}/metadata/'), ('POST', f'{_ONE}/tags'),
            ('PUT', f'{_ONE}/tags/a/b'), ('PUT', '/os-server-groups/x'),
            ('POST', '/os-server-external-events'),
        ):  # fmt: skip
            found = self.understand(method, path)
            self.assertEqual(Effect.OTHER, found.effect, path)

    def test_several_servers(self):
        for values, several in (
            ({}, False), ({'min_count': 1}, False),
            ({'max_count': '1'}, False), ({'min_count': 2}, True),
            ({'max_count': '3'}, True),
            ({'return_reservation_id': True}, True),
        ):  # fmt: skip
            found = self.understand('POST', '/servers', {'server': values})
            self.assertEqual(several, found.is_multiple, str(values))


class TestTags(base.TestCase):
    @hypothesis.given(strategies.text(ALLOWED, min_size=1, max_size=255))
    def test_what_can_be_one(self, text):
        hypothesis.assume(text not in ('.', '..', 'detail'))
        self.assertTrue(requests.is_tag(text))

    @hypothesis.given(strategies.text(min_size=0, max_size=300))
    def test_what_cannot(self, text):
        fits = 1 <= len(text) <= 255 and set(text) <= set(ALLOWED)
        fits = fits and text not in ('.', '..', 'detail')
        self.assertEqual(fits, requests.is_tag(text))

    def test_ends(self):
        for text in ('', '.', '..', 'detail', 'a\n', 'x' * 256, ' a', 'a '):
            self.assertFalse(requests.is_tag(text), text)
        self.assertTrue(requests.is_tag('x' * 255))


class TestKeys(base.TestCase):
    def key(self, field, method='POST', path='/servers'):
        req = Request.blank(path, method=method)
        req.environ['HTTP_IDEMPOTENCY_KEY'] = field
        return requests.understand(req, None)

    def test_what_can_be_one(self):
        for field, key in (
            ('"a"', 'a'), ('" "', ' '), ('"a,\\"b"', 'a,"b'), ('"a";b=1', 'a'),
            (f'"{"x" * 255}"', 'x' * 255),
        ):  # fmt: skip
            found = self.key(field)
            self.assertEqual((key, False), (found.key, found.has_bad_key))

    def test_what_cannot(self):
        for field in ('', '""', 'a', '"a', f'"{"x" * 256}"', '"a", "b"'):
            found = self.key(field)
            self.assertEqual((None, True), (found.key, found.has_bad_key))

    def test_where_it_cannot_be(self):
        self.assertTrue(self.key('"a"', 'PATCH', _ONE).has_bad_key)
        for field in ('"a"', 'a'):
            found = self.key(field, 'GET', _ONE)
            self.assertFalse(found.has_bad_key)
