# SPDX-License-Identifier: Apache-2.0
"""Answers of the application."""

import urllib.parse

import ddt

from ext_lib.tests.unit.wsgi import base
from ext_lib.tests.unit.wsgi.things import ThingsTestCase
from ext_lib.wsgi import application
from ext_lib.wsgi import request


@ddt.ddt
class TestHeaders(ThingsTestCase):
    def check_stamped(self, response, version):
        headers = response.headers
        self.assertEqual(f'things {version}', headers[base.VERSION])
        self.assertEqual(version, headers[base.LEGACY])
        self.assertEqual([base.VERSION, base.LEGACY], headers.getall('Vary'))

    def check_unstamped(self, response):
        for name in (base.VERSION, base.LEGACY, 'Vary'):
            self.assertNotIn(name, response.headers)

    @ddt.data(
        ('/things', None, 200, '2.1'),
        ('/things', '2.21', 200, '2.21'),
        ('/things', 'latest', 200, '2.80'),
        ('/errors/not-found', '2.21', 404, '2.21'),
        ('/errors/unexpected', '2.21', 500, '2.21'),
        ('/errors/unknown-family', '2.21', 500, '2.21'),
        ('/things/ranged', '2.21', 404, '2.21'),
        ('/things?name=%ff', '2.21', 400, '2.21'),
        ('/things', '2.999', 406, '2.999'),
        ('/things', '3.0', 406, '3.0'),
        ('/things', '1.9', 406, '1.9'),
    )
    @ddt.unpack
    def test_routed_answers_name_the_version(
        self, path, version, status, named
    ):
        response = self.send(path, version=version)
        self.assertEqual(status, response.status_int)
        self.check_stamped(response, named)

    def test_legacy_header_alone(self):
        response = self.send('/things', headers={base.LEGACY: '2.21'})
        self.check_stamped(response, '2.21')
        self.assertEqual('2.21', response.json['version'])

    @ddt.data('abc', '2', '2.01')
    def test_a_malformed_version_is_400_without_the_headers(self, version):
        response = self.refused(400, '/things', version=version)
        self.check_unstamped(response)
        self.assertIn(version, response.json['fault']['message'])

    def test_unsupported_version_is_406_with_the_range(self):
        response = self.refused(406, '/things', version='2.999')
        message = response.json['fault']['message']
        for word in ('2.999', '2.1', '2.80'):
            self.assertIn(word, message)

    def test_unrouted_paths_have_no_version_not_even_a_bad_one(self):
        for version in (None, '2.21', 'abc', '2.999'):
            response = self.send('/nothing', version=version)
            self.assertEqual(404, response.status_int)
            self.check_unstamped(response)


@ddt.ddt
class TestUnrouted(ThingsTestCase):
    @ddt.data(
        ('GET', '/nothing'),
        ('GET', '/things/'),
        ('GET', '/things/1/'),
        ('GET', '/things.json'),
        ('GET', '/things/1/2'),
        ('GET', '/Things'),
        ('GET', '/%ff/things/1/2'),
        ('PUT', '/things'),
        ('PATCH', '/things/1'),
        ('POST', '/things/1'),
        ('HEAD', '/things'),
        ('HEAD', '/things/1'),
        ('OPTIONS', '/things'),
        ('FOO', '/things'),
    )
    @ddt.unpack
    def test_path_or_method(self, method, path):
        self.assertEqual(404, self.send(path, method).status_int)

    @ddt.data(
        ('application/json', 'application/json'),
        ('text/html', 'text/html'),
        ('*/*', 'application/json'),
        ('', 'application/json'),
        ('text/html,application/xml;q=0.9,*/*;q=0.8', 'text/html'),
        ('text/plain', 'text/plain'),
        ('image/png', 'application/json'),
    )
    @ddt.unpack
    def test_body_follows_accept(self, accept, content_type):
        response = self.send('/nothing', headers={'Accept': accept})
        self.assertEqual(content_type, response.content_type)

    def test_json_body_is_no_fault(self):
        for headers in (None, {'Accept': 'application/json'}):
            response = self.send('/nothing', headers=headers)
            self.assertEqual('application/json', response.content_type)
            self.assertEqual({'message', 'code', 'title'}, {*response.json})
            self.assertEqual('404 Not Found', response.json['code'])


@ddt.ddt
class TestAnswer(ThingsTestCase):
    @ddt.data(
        (None, 'application/json'),
        ('', 'application/json'),
        ('application/json', 'application/json'),
        ('application/json;version=2', 'application/json'),
        ('*/*', 'application/json'),
        ('application/*', 'application/json'),
        ('application/xml', 'application/json'),
        ('application/json;q=0', 'application/json'),
        (';;;', 'application/json'),
        (base.VENDOR_TYPE, base.VENDOR_TYPE),
        (f'text/html, {base.VENDOR_TYPE};q=0.1', base.VENDOR_TYPE),
        (f'application/json;q=0.1, {base.VENDOR_TYPE}', base.VENDOR_TYPE),
        (f'{base.VENDOR_TYPE}, application/json', 'application/json'),
    )
    @ddt.unpack
    def test_type_follows_accept_and_has_no_charset(self, accept, expected):
        headers = {} if accept is None else {'Accept': accept}
        response = self.send('/things/1', headers=headers)
        self.assertEqual(expected, response.headers['Content-Type'])
        self.assertEqual({'thing': {'name': '1'}}, response.json)

    def test_faults_are_plain_json_whatever_accept_says(self):
        self.refused(
            404, '/errors/not-found', headers={'Accept': base.VENDOR_TYPE}
        )

    def test_status_headers_and_body_of_a_reply(self):
        body = {'thing': {'name': 'x'}}
        response = self.send('/things', 'POST', json=body)
        self.assertEqual(202, response.status_int)
        self.assertEqual('http://there/', response.headers['Location'])
        self.assertEqual(body, response.json)

    def test_no_body(self):
        response = self.send('/things/1', 'DELETE')
        self.assertEqual(204, response.status_int)
        self.assertEqual(b'', response.body)

    def test_a_reply_may_choose_its_status(self):
        self.assertEqual(299, self.send('/').status_int)

    @ddt.data('x.json', 'ü', 'a b', '\x00', '…', 'a;b=c', 'a:b', '%', '%2F')
    def test_ids_are_any_text_without_a_slash(self, id):
        answer = self.answer(f'/things/{urllib.parse.quote(id)}')
        self.assertEqual(id, answer['thing']['name'])

    def test_an_id_that_is_not_utf8_is_the_id_of_nothing(self):
        for path in ('/things/%ff', f'/{base.PROJECT}/things/%ff'):
            self.assertEqual('\xff', self.answer(path)['thing']['name'])


@ddt.ddt
class TestErrors(ThingsTestCase):
    @ddt.data(
        ('invalid', 400),
        ('forbidden', 403),
        ('not-found', 404),
        ('conflict', 409),
        ('too-large', 413),
        ('unknown-family', 500),
        ('unexpected', 500),
        ('not-implemented', 501),
        ('unavailable', 503),
    )
    @ddt.unpack
    def test_status(self, kind, status):
        self.refused(status, f'/errors/{kind}')

    def test_a_policy_refusal_names_the_rule(self):
        response = self.refused(403, '/errors/forbidden')
        self.assertIn('things:show', response.json['fault']['message'])

    def test_the_unexpected_is_named_by_class_only(self):
        response = self.refused(500, '/errors/unexpected')
        message = response.json['fault']['message']
        self.assertIn('KeyError', message)
        self.assertIn('administrator', message)
        self.assertNotIn('secret', message)


class TestAnswersAreNotChecked(ThingsTestCase):
    def test_a_broken_promise_goes_out(self):
        self.assertEqual({'thing': {}}, self.answer('/things/broken'))


class TestAnswersAreChecked(ThingsTestCase):
    settings = application.Settings(check_answers=True)

    def test_a_broken_promise_is_an_error_of_the_service(self):
        self.refused(500, '/things/broken')

    def test_a_kept_one_goes_out(self):
        self.assertEqual({'thing': {'name': '1'}}, self.answer('/things/1'))

    def test_nothing_is_promised_of_an_empty_answer(self):
        self.assertEqual(204, self.send('/things/1', 'DELETE').status_int)


class TestSettings(ThingsTestCase):
    def test_json_is_the_only_type_unless_told_otherwise(self):
        types = application.Settings().json_types
        self.assertEqual({request.JSON_TYPE}, types)
