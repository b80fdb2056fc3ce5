# SPDX-License-Identifier: Apache-2.0
"""Answers of nova with the filter, compared with those without it."""

import re
from typing import Any

from nova_ext.tests.realcloud import base

_WITHOUT = {'X-Without-Tasks': '1'}
_OF_THE_FILTER = ('task-id', 'task-tag')
#: What differs from request to request anyway.
_VARYING = ('date', 'x-openstack-request-id', 'x-compute-request-id')
_VALUES = (
    (re.compile(r'req-[0-9a-f-]{36}'), 'REQUEST'),
    (re.compile(r'\d{4}-\d\d-\d\dT[\d:.]+Z?'), 'TIME'),
    (re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'), 'UUID'),
    (re.compile(r'"adminPass": "\w+"'), 'PASSWORD'),
)


def seen(answer):
    """Return an answer without what must differ."""
    text, headers = answer.text, dict(answer.headers)
    for name in (*_VARYING, *_OF_THE_FILTER):
        headers.pop(name, None)
    for form, word in _VALUES:
        text = form.sub(word, text)
        headers = {k: form.sub(word, v) for k, v in headers.items()}
    return answer.status, headers, text


class TestUnchanged(base.TestCase):
    """The same requests twice."""

    def compare(self, method, path, body=None, **kwargs):
        headers = kwargs.pop('headers', {})
        with_it = self.ask(method, path, body, headers=headers, **kwargs)
        without = self.ask(
            method, path, body, headers={**headers, **_WITHOUT}, **kwargs
        )
        self.assertEqual(seen(without), seen(with_it), f'{method} {path}')
        for name in _OF_THE_FILTER:
            self.assertNotIn(name, without.headers)

    def test_reading(self):
        server = self.booted()
        for version in (None, '2.1', '2.37', '2.96', 'latest', '2.999', 'x'):
            for path in (
                '/servers', '/servers/detail', f'/servers/{server}',
                f'/servers/{server}/os-instance-actions', '/flavors',
                '/servers/nowhere', '/nowhere', '/os-services', '/limits',
                '/servers?x=1', '/servers/detail?limit=x', '',
            ):  # fmt: skip
                self.compare('GET', path, version=version)

    def test_changing(self):
        server = self.booted()
        path = f'/servers/{server}/action'
        gone = '/servers/00000000-0000-4000-8000-000000000000'
        bodies: tuple[Any, ...] = (
            {'lock': None}, {'unlock': None}, {'lock': None, 'unlock': None},
            {}, [], b'{', b'', {'nothing': 1},
            {'unpause': None}, {'os-getConsoleOutput': {}},
        )  # fmt: skip
        for body in bodies:
            self.compare('POST', path, body)
            self.compare('POST', f'{gone}/action', body)
            self.ended(server)
        self.compare('DELETE', gone)
        self.compare('POST', '/servers', {'server': {}})
        self.compare('POST', '/servers', self.server_body(''))
        self.compare('PUT', f'/servers/{server}', {'server': {'name': 'b'}})
        for method, path, changed in (
            ('POST', 'metadata', {'metadata': {'a': 'b'}}),
            ('PUT', 'metadata', {'metadata': {'a': 1}}),
            ('PUT', 'metadata/a', {'meta': {'a': 'c'}}),
            ('PUT', 'metadata/a', {'meta': {'b': 'c'}}),
            ('DELETE', 'metadata/none', None),
            ('PUT', 'tags', {'tags': ['a']}),
            ('PUT', 'tags/a', None),
            ('DELETE', 'tags/none', None),
            ('DELETE', 'tags', None),
            ('PUT', f'os-volume_attachments/{gone[9:]}', {}),
            ('POST', 'shares', {}),
        ):
            self.compare(method, f'/servers/{server}/{path}', changed)
        self.compare('POST', '/os-keypairs', {'keypair': {}})
        self.compare('PATCH', '/servers', {})
        self.compare('POST', f'{gone}/os-interface', {})
        self.compare('DELETE', f'{gone}/os-volume_attachments/{gone[9:]}')

    def test_creating(self):
        for extra in ({}, {'min_count': 2}, {'return_reservation_id': True}):
            name = self.new_tag()
            body = self.server_body(name, **extra)
            if 'return_reservation_id' in extra:
                answer = self.ask('POST', '/servers', body)
                self.assertEqual(['reservation_id'], list(answer.json))
            else:
                self.compare('POST', '/servers', body)

    def test_other_content_types(self):
        server = self.booted()
        for kind in ('text/plain', 'application/xml'):
            self.compare(
                'POST',
                f'/servers/{server}/action',
                b'{"lock": null}',
                headers={'Content-Type': kind},
            )
