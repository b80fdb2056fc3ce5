# SPDX-License-Identifier: Apache-2.0
"""Checks of a request by the application, and their order."""

import urllib.parse

import ddt

from ext_lib.tests.unit.wsgi import base
from ext_lib.tests.unit.wsgi.things import ThingsTestCase


@ddt.ddt
class TestProject(ThingsTestCase):
    def test_without_a_segment(self):
        self.answer('/things')

    @ddt.data(base.PROJECT, 'demo', 'a b', '%', 'none', 'A-B.c~1')
    def test_own_project_of_any_spelling(self, project):
        path = f'/{urllib.parse.quote(project)}/things'
        answer = self.answer(path, project=project)
        self.assertEqual('2.1', answer['version'])

    @ddt.data('abc', '0', '-', 'f' * 32, base.PROJECT + '0')
    def test_another_project_is_400(self, project):
        response = self.refused(400, f'/{project}/things', version='2.9')
        self.assertEqual('2.9', response.headers[base.LEGACY])
        message = response.json['fault']['message']
        self.assertIn(f"'{project}'", message)
        self.assertIn(f"'{base.PROJECT}'", message)

    @ddt.data('demo', 'ABC', 'abcg', 'a_b', 'a b', '%C3%A4', '%ff')
    def test_what_cannot_be_a_project_is_unrouted(self, segment):
        response = self.send(f'/{segment}/things')
        self.assertEqual(404, response.status_int)
        self.assertNotIn(base.VERSION, response.headers)

    def test_a_path_is_no_project_even_if_one_is_called_so(self):
        answer = self.answer('/things/things', project='things')
        self.assertEqual({'thing': {'name': 'things'}}, answer)

    def test_root_needs_the_slash_behind_its_project(self):
        self.assertEqual(299, self.send(f'/{base.PROJECT}/').status_int)
        self.assertEqual(400, self.send('/abc/').status_int)
        for path in (f'/{base.PROJECT}', '/abc'):
            self.assertEqual(404, self.send(path).status_int)

    def test_a_caller_without_a_project(self):
        self.answer('/things', project=None)
        self.refused(400, '/abc/things', project=None)
        self.assertEqual(
            404, self.send('/None/things', project=None).status_int
        )


@ddt.ddt
class TestOrderOfChecks(ThingsTestCase):
    """Of two mistakes, the answer names the earlier."""

    xml = {'Content-Type': 'text/xml'}

    def message(self, *args, **kwargs):
        return self.refused(*args, **kwargs).json['fault']['message']

    def test_routing_before_version(self):
        self.assertEqual(404, self.send('/no', version='2.999').status_int)

    def test_version_before_content_type(self):
        self.refused(406, '/things', version='2.999', headers=self.xml)
        self.refused(400, '/things', version='abc', headers=self.xml)

    def test_content_type_before_body_and_project(self):
        path = '/abc/things/1/action'
        self.refused(415, path, 'POST', body=b'{', headers=self.xml)
        self.refused(415, '/abc/things', headers=self.xml)

    def test_body_before_project(self):
        path = '/abc/things/1/action'
        message = self.message(400, path, 'POST', json={'dance': None})
        self.assertIn('dance', message)
        message = self.message(400, '/abc/things', 'POST', body=b'{')
        self.assertNotIn('abc', message)

    def test_project_before_availability(self):
        message = self.message(400, '/abc/things/ranged', version='2.9')
        self.assertIn("'abc'", message)

    def test_availability_before_schema(self):
        self.refused(404, '/things/ranged?name=%ff', version='2.9')
        self.refused(400, '/things/ranged?name=%ff', version='2.10')

    def test_schema_before_the_method(self):
        self.refused(400, '/errors/not-found?x=%ff')

    @ddt.data(('2.9', 404), ('2.10', 200), ('2.20', 200), ('2.21', 404))
    @ddt.unpack
    def test_availability(self, version, status):
        response = self.send('/things/ranged', version=version)
        self.assertEqual(status, response.status_int)
        if status == 404:
            self.assertNotIn('2.', response.json['fault']['message'])


@ddt.ddt
class TestContentType(ThingsTestCase):
    good = b'{"thing": {"name": "x"}}'

    @ddt.data(
        'application/json',
        'application/json; charset=utf-8',
        base.VENDOR_TYPE,
        'text/plain',
        '',
        ';',
        None,
    )
    def test_json_by_any_name(self, content_type):
        headers = (
            {} if content_type is None else {'Content-Type': content_type}
        )
        response = self.send(
            '/things', 'POST', body=self.good, headers=headers
        )
        self.assertEqual(202, response.status_int, response.text)

    @ddt.data(
        'text/xml',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'APPLICATION/JSON',
        'json',
    )
    def test_others_are_415_with_a_body_or_without(self, content_type):
        headers = {'Content-Type': content_type}
        for method, body in (('POST', self.good), ('GET', None)):
            self.refused(415, '/things', method, body=body, headers=headers)


@ddt.ddt
class TestBody(ThingsTestCase):
    @ddt.data(
        b'{',
        b'<thing/>',
        b'{"thing": {"name": "x"}} ',
        b'\xff',
        b'\xef\xbb\xbf{"thing": {"name": "x"}}',
        '{"thing": {"name": "x"}}'.encode('utf-16'),
        b'{"thing": {"name": "\\ud800"}}',
        b'{"thing": {"name": "\\uDFFF"}}',
        b'{"thing": {"\\udc00": "x"}}',
    )
    def test_malformed(self, body):
        if body.endswith(b' '):
            body += b'x'
        self.refused(400, '/things', 'POST', body=body)

    def test_absurd(self):
        deep = b'[' * 100_000
        long = b'{"thing": ' + b'9' * 5000 + b'}'
        for body in (deep, long):
            self.refused(400, '/things', 'POST', body=body)

    @ddt.data(
        None,
        b'',
        b'null',
        b'1',
        b'"x"',
        b'[]',
        b'[{"thing": {"name": "x"}}]',
        b'{}',
        b'{"thing": null}',
        b'{"thing": {}}',
        b'{"thing": {"name": null}}',
        b'{"thing": {"name": NaN}}',
        b'{"thing": {"name": ["x"]}}',
        b'{"thing": {"name": "x", "size": 1}}',
        b'{"thing": {"name": "x"}, "size": 1}',
        b'{"thing": {"name": "x"}, "thing": 1}',
        b'{"thing": {"name": "\\u0000"}}',
        b'{"thing": {"name": "\\ud800"}}',
    )
    def test_does_not_fit(self, body):
        self.refused(400, '/things', 'POST', body=body)

    @ddt.data('x', 'ü', '\U0001f600', 'x' * 1000, '\x01', '"')
    def test_any_text_arrives(self, name):
        body = {'thing': {'name': name}}
        answer = self.answer('/things/1', 'PUT', json=body)
        self.assertEqual({'id': '1', 'body': body}, answer)

    def test_pairs_of_surrogates_are_one_character(self):
        body = b'{"thing": {"name": "\\ud83d\\ude00"}}'
        answer = self.answer('/things/1', 'PUT', body=body)
        self.assertEqual('\U0001f600', answer['body']['thing']['name'])

    @ddt.data('GET', 'DELETE')
    def test_unread_without_a_body(self, method):
        response = self.send('/things/1', method, body=b'{')
        self.assertIn(response.status_int, (200, 204))


@ddt.ddt
class TestAction(ThingsTestCase):
    path = '/things/1/action'

    def test_known(self):
        response = self.send(self.path, 'POST', json={'stop': None})
        self.assertEqual(202, response.status_int)
        self.assertEqual(b'', response.body)

    @ddt.data(b'', b'{', b'{}', b'{"stop": null, "x": 1}', b'[]', b'"xy"')
    def test_malformed(self, body):
        response = self.refused(400, self.path, 'POST', body=body)
        self.assertEqual(
            'Malformed request body', response.json['fault']['message']
        )

    @ddt.data(b'null', b'1', b'true', b'"x"', b'["stop"]')
    def test_what_has_no_keys_leads_nowhere(self, body):
        self.refused(404, self.path, 'POST', body=body)

    @ddt.data('dance', '', 'Stop', 'select')
    def test_unknown(self, name):
        response = self.refused(400, self.path, 'POST', json={name: None})
        self.assertIn(name, response.json['fault']['message'])

    def test_known_with_a_value_that_does_not_fit(self):
        self.refused(400, self.path, 'POST', json={'stop': 1})
