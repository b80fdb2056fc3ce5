# SPDX-License-Identifier: Apache-2.0
"""A request through the whole application, and what its answer looks like."""

import urllib.parse

import ddt
import webob

from ext_lib import exception
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import application
from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from ext_lib.wsgi import schema

_STRING = {'type': 'string'}
_THING = schema.wrapped(
    'thing', schema.Body({'name': schema.Param(_STRING, required=True)})
)
_QUERY = schema.Query({'name': schema.Param(_STRING)}, strict_since='2.50')
_ERRORS = {
    'invalid': exception.Invalid(),
    'forbidden': exception.PolicyNotAuthorized(action='things:show'),
    'not-found': exception.NotFound(),
    'conflict': exception.Conflict(),
    'not-implemented': exception.NotImplemented(),
    'unavailable': exception.Unavailable(),
    'unknown-family': exception.Error(),
    'unexpected': KeyError('secret'),
    'too-large': webob.exc.HTTPRequestEntityTooLarge(),
}


class Things:
    @controller.query(_QUERY)
    def index(self, req):
        return {'query': req.query, 'version': str(req.version)}

    @controller.response(_THING)
    def show(self, req, id):
        return {'thing': {'name': id}}

    @controller.response(_THING)
    def broken(self, req):
        return {'thing': {}}

    @controller.status(202)
    @controller.body(_THING)
    def create(self, req, body):
        return controller.Reply(body, {'Location': 'http://there/'})

    @controller.body(_THING)
    def update(self, req, id, body):
        return {'id': id, 'body': body}

    @controller.status(204)
    def delete(self, req, id):
        return None

    @microversion.available('2.10', '2.20')
    @controller.query(_QUERY)
    def ranged(self, req):
        return {}

    def fail(self, req, kind):
        raise _ERRORS[kind]

    @controller.status(202)
    @controller.body(schema.wrapped('stop', {'type': 'null'}))
    def stop(self, req, id, body):
        return None

    def choose(self, req):
        return controller.Reply({'any': 'thing'}, status=299)


_THINGS = Things()


class ThingsTestCase(base.APITestCase):
    """A test of an API of things."""

    table = (
        ('/', {'GET': _THINGS.choose}),
        ('/things', {'GET': _THINGS.index, 'POST': _THINGS.create}),
        ('/things/broken', {'GET': _THINGS.broken}),
        ('/things/ranged', {'GET': _THINGS.ranged}),
        (
            '/things/{id}',
            {
                'GET': _THINGS.show,
                'PUT': _THINGS.update,
                'DELETE': _THINGS.delete,
            },
        ),
        (
            '/things/{id}/action',
            {'POST': routing.Actions({'stop': _THINGS.stop})},
        ),
        ('/errors/{kind}', {'GET': _THINGS.fail}),
    )


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

    def test_an_unsupported_version_is_406_and_tells_the_range(self):
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
        ('*/*', 'text/html'),
        ('text/plain', 'text/plain'),
        ('image/png', 'text/plain'),
    )
    @ddt.unpack
    def test_body_follows_accept(self, accept, content_type):
        response = self.send('/nothing', headers={'Accept': accept})
        self.assertEqual(content_type, response.content_type)

    def test_json_body_is_no_fault(self):
        response = self.send(
            '/nothing', headers={'Accept': 'application/json'}
        )
        self.assertEqual({'message', 'code', 'title'}, {*response.json})
        self.assertEqual('404 Not Found', response.json['code'])


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
    """Of two mistakes, the client is told of the earlier."""

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
    )
    def test_does_not_fit(self, body):
        self.refused(400, '/things', 'POST', body=body)

    @ddt.data('x', 'ü', '\U0001f600', 'x' * 1000, '\x00', '"')
    def test_any_text_arrives(self, name):
        body = {'thing': {'name': name}}
        answer = self.answer('/things/1', 'PUT', json=body)
        self.assertEqual({'id': '1', 'body': body}, answer)

    def test_pairs_of_surrogates_are_one_character(self):
        body = b'{"thing": {"name": "\\ud83d\\ude00"}}'
        answer = self.answer('/things/1', 'PUT', body=body)
        self.assertEqual('\U0001f600', answer['body']['thing']['name'])

    @ddt.data('GET', 'DELETE')
    def test_nobody_reads_it_where_none_belongs(self, method):
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
