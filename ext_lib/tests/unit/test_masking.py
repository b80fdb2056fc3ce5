# SPDX-License-Identifier: Apache-2.0
"""Secrets are masked in values and in text; all else stays."""

import json
import time
from typing import Any

import ddt
import hypothesis
from hypothesis import strategies
from oslotest import base

from ext_lib import masking

_PASSWORD = 'hunter2\'s "own\\'
_TEXTS = strategies.text(min_size=4)


class TestWithoutSecrets(base.BaseTestCase):
    def test_secrets_and_their_names_are_left_out(self):
        value: Any = {
            'server': {'id': 'a', 'adminPass': 'x', 'links': [{'href': 'b'}]},
            'list': [{'user_data': 'c'}, {'adminPass': 'd', 'e': 1}],
        }
        shown, names = masking.without_secrets(value)
        self.assertEqual(
            {
                'server': {'id': 'a', 'links': [{'href': 'b'}]},
                'list': [{}, {'e': 1}],
            },
            shown,
        )
        self.assertEqual(['adminPass', 'user_data'], names)
        self.assertEqual('x', value['server']['adminPass'])

    def test_what_tells_nothing_stays(self):
        values: list[Any] = [
            *(None, 1, 'adminPass', []),
            *({'adminPass': None}, {'user_data': ''}),
        ]
        for value in values:
            self.assertEqual((value, []), masking.without_secrets(value))

    def test_what_lies_too_deep_is_masked(self):
        value: Any = {'adminPass': 'secret'}
        for _ in range(200):
            value = [value]
        shown, _names = masking.without_secrets(value)
        self.assertNotIn('secret', str(shown))


@ddt.ddt
class TestNames(base.BaseTestCase):
    @ddt.data(
        'adminPass', 'admin_pass', 'password', 'user_data', 'userData',
        'OS-DCF:user_data', 'fs.swift.service.sahara.password',
        'changePassword', 'fs.s3a.secret.key', 'fs.s3a.access.key',
        'ssh_private_key', 'token', 'credentials', 'personality', 'contents',
        'PASSWORD',
    )  # fmt: skip
    def test_secret(self, name):
        self.assertTrue(masking.is_secret(name))

    @ddt.data(
        'name', 'key_name', 'flavorRef', 'passive', 'compass', 'metadata',
        'user_keypair_id', 'public_key', 'user_id', 'content_type', 0,
    )  # fmt: skip
    def test_no_secret(self, name):
        self.assertFalse(masking.is_secret(name))


class TestMasked(base.BaseTestCase):
    def test_nested(self):
        value = {
            'server': {
                'name': 'one',
                'adminPass': _PASSWORD,
                'user_data': None,
                'metadata': {'db_password': 'x', 'role': 'web'},
                'networks': [{'token': 1, 'port': 2}],
            }
        }
        self.assertEqual(
            {
                'server': {
                    'name': 'one',
                    'adminPass': '***',
                    'user_data': None,
                    'metadata': {'db_password': '***', 'role': 'web'},
                    'networks': [{'token': '***', 'port': 2}],
                }
            },
            masking.masked(value),
        )
        self.assertEqual(_PASSWORD, value['server']['adminPass'])

    def test_depth_is_bounded(self):
        value: Any = 'deep'
        for _ in range(900):
            value = [value]
        self.assertNotIn('deep', repr(masking.masked(value)))


@ddt.ddt
class TestText(base.BaseTestCase):
    @ddt.data(
        (
            "{'adminPass': 'a b', 'name': 'x'}",
            "{'adminPass': '***', 'name': 'x'}",
        ),
        ('{"adminPass": "a", "name": 1}', '{"adminPass": \'***\', "name": 1}'),
        (
            "{'user_data': ['a', {'b': '}'}], 'n': 1}",
            "{'user_data': '***', 'n': 1}",
        ),
        ("{'adminPass': 123, 'n': 1}", "{'adminPass': '***', 'n': 1}"),
        ("{'adminPass': None, 'n': 1}", "{'adminPass': None, 'n': 1}"),
        ("{'adminPass': 'cut of", "{'adminPass': '***'"),
        ("{'name': 'adminPass'}", "{'name': 'adminPass'}"),
        ('The password is wrong: retry', 'The password is wrong: retry'),
        (
            'Invalid input for field/attribute adminPass. Value: 12. 12 is x',
            'Invalid input for field/attribute adminPass. Value: ***',
        ),
        (
            'Invalid input for field/attribute name. Value: x. x is too long',
            'Invalid input for field/attribute name. Value: x. x is too long',
        ),
    )  # fmt: skip
    @ddt.unpack
    def test_text(self, text, expected):
        self.assertEqual(expected, masking.mask_text(text))
        self.assertEqual(expected, masking.mask_text(expected))

    @hypothesis.settings(deadline=None)
    @hypothesis.given(_TEXTS)
    def test_any_secret_as_python_and_json_write_it(self, secret):
        marked = f'<<{secret}>>'
        body = {'server': {'adminPass': marked, 'name': 'one'}}
        nested = json.dumps({'body': json.dumps(body)})
        for text in (repr(body), json.dumps(body), nested):
            kept = masking.mask_text(text)
            self.assertNotIn('<<', kept)
            self.assertNotIn('>>', kept)
            self.assertIn('one', kept)

    @hypothesis.settings(deadline=None)
    @hypothesis.given(_TEXTS)
    def test_quoted_from_a_request(self, secret):
        body = {'adminPass': secret}
        for text in (f'{secret!r} is bad', f'Value: {secret}.', repr(body)):
            kept = masking.mask_quoted(text, body)
            self.assertNotIn(repr(secret), kept.replace("'***'", ''))

    def test_time_is_linear(self):
        for text in (
            "{'adminPass': " * 20_000,
            "'adminPass': '" * 20_000,
            "\\'" * 100_000,
            "'password': [" + '[' * 100_000,
            "'password': '" + '\\' * 100_000,
        ):
            began = time.monotonic()
            masking.mask_text(text)
            self.assertLess(time.monotonic() - began, 5)

    def test_many_secrets(self):
        body = {'personality': [{'contents': str(n)} for n in range(1000)]}
        self.assertEqual('***', masking.mask_quoted('anything', body))
