# SPDX-License-Identifier: Apache-2.0
"""Every error becomes an answer, and says no more than it should."""

import ddt
from oslo_db import exception as db_exception
from oslotest import base as test_base
import sqlalchemy as sa
import webob
import webob.exc

from ext_lib import exception
from ext_lib import fixture
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import fault
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from ext_lib.wsgi import validation

_RANGE = {'version': '2.99', 'minimum': '2.1', 'maximum': '2.80'}


@ddt.ddt
class TestStatus(test_base.BaseTestCase):
    @ddt.data(
        (exception.Invalid(), 400),
        (exception.MarkerNotFound(marker='x'), 400),
        (microversion.InvalidVersion(version='x'), 400),
        (request.MalformedBody(), 400),
        (request.MalformedQuery(), 400),
        (routing.MalformedAction(), 400),
        (routing.UnknownAction(action='x'), 400),
        (validation.InvalidInput('x'), 400),
        (exception.Forbidden(), 403),
        (exception.PolicyNotAuthorized(action='x'), 403),
        (exception.NotFound(), 404),
        (microversion.UnsupportedVersion(**_RANGE), 406),
        (exception.Conflict(), 409),
        (request.UnsupportedContentType(), 415),
        (exception.NotImplemented(), 501),
        (exception.Unavailable(), 503),
        (exception.Error(), 500),
        (validation.InvalidAnswer(why='x'), 500),
        (KeyError('x'), 500),
        (NotImplementedError(), 500),
    )
    @ddt.unpack
    def test_of_each_family(self, error, status):
        self.assertEqual(status, fault.status_of(error))


@ddt.ddt
class TestFaults(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixture.Logging())
        self.faults = fault.Faults(base.render)

    @ddt.data(
        db_exception.DBConnectionError('db1 does not answer'),
        sa.exc.TimeoutError('QueuePool limit'),
    )
    def test_unreachable_database(self, error):
        response = self.faults.from_error(error)
        self.assertEqual(503, response.status_int)
        self.assertNotIn(str(error), response.text)
        self.assertIn(str(error), self.log.output)

    def test_what_may_answer_later_says_when(self):
        for error, after in (
            (exception.Unavailable(), '10'),
            (webob.exc.HTTPServiceUnavailable(), '10'),
            (exception.Conflict(), None),
            (ValueError(), None),
        ):
            response = self.faults.from_error(error)
            self.assertEqual(after, response.headers.get('Retry-After'))
        response = self.faults.respond(503, 'x', {'Retry-After': '5'})
        self.assertEqual('5', response.headers['Retry-After'])

    def test_form(self):
        response = self.faults.respond(413, 'x', {'Retry-After': '5'})
        self.assertEqual(413, response.status_int)
        self.assertEqual('5', response.headers['Retry-After'])
        self.assertEqual(
            'application/json; charset=UTF-8',
            response.headers['Content-Type'],
        )
        body = {'code': 413, 'message': 'x', 'Retry-After': '5'}
        self.assertEqual({'fault': body}, response.json)

    def test_any_text(self):
        for text in ('ä…\x00', '\ud800', '%s %(x)s', '<b>'):
            response = self.faults.from_error(exception.Invalid(text))
            self.assertEqual(text, response.json['fault']['message'])

    @ddt.data(
        (webob.exc.HTTPBadRequest('why'), 400),
        (webob.exc.HTTPRequestEntityTooLarge(), 413),
    )
    @ddt.unpack
    def test_errors_of_webob(self, error, status):
        response = self.faults.from_error(error)
        self.assertEqual(status, response.status_int)
        self.assertEqual(error.explanation, response.json['fault']['message'])

    @ddt.data(
        exception.Invalid('why'),
        exception.NotImplemented('why'),
        exception.Unavailable('why'),
    )
    def test_expected_errors_are_not_logged(self, error):
        response = self.faults.from_error(error)
        self.assertEqual('why', response.json['fault']['message'])
        self.assertEqual('', self.log.output)

    @ddt.data(exception.Error('why'), ValueError('why'))
    def test_unexpected_errors_are_logged_and_keep_it_to_themselves(
        self, error
    ):
        response = self.faults.from_error(error)
        self.assertEqual(500, response.status_int)
        message = response.json['fault']['message']
        self.assertIn(type(error).__name__, message)
        self.assertNotIn('why', message)
        self.assertIn('why', self.log.output)


@ddt.ddt
class TestFaultWrapper(test_base.BaseTestCase):
    def send(self, application, **environ):
        self.useFixture(fixture.Logging())
        wrapped = fault.FaultWrapper(application, fault.Faults(base.render))
        return webob.Request.blank('/', environ).get_response(wrapped)

    def test_answers_pass(self):
        response = self.send(webob.Response('yes', status=201))
        self.assertEqual((201, 'yes'), (response.status_int, response.text))

    def test_what_escapes_is_a_fault(self):
        def fail(environ, start_response):
            raise KeyError('secret')

        response = self.send(fail)
        self.assertEqual(500, response.status_int)
        self.assertEqual(500, response.json['fault']['code'])
        self.assertNotIn('secret', response.text)

    def test_an_expected_error_of_a_filter_keeps_its_status(self):
        def refuse(environ, start_response):
            raise exception.Forbidden('no')

        response = self.send(refuse)
        self.assertEqual(403, response.status_int)
        self.assertEqual('no', response.json['fault']['message'])

    @ddt.data(
        {'CONTENT_LENGTH': '5', 'HTTP_TRANSFER_ENCODING': 'chunked'},
        {'HTTP_TRANSFER_ENCODING': 'chunked, chunked'},
        {'HTTP_TRANSFER_ENCODING': ''},
        {'CONTENT_LENGTH': '-1'},
        {'CONTENT_LENGTH': '5, 5'},
        {'CONTENT_LENGTH': '+5'},
        {'CONTENT_LENGTH': '٥'},  # noqa: RUF001 - a digit all the same
        {'CONTENT_LENGTH': '1' * 5000},
        {'HTTP_HOST': 'a,b'},
        {'HTTP_HOST': 'a b'},
        {'HTTP_HOST': 'user@a'},
        {'HTTP_HOST': 'a\n'},
        {'HTTP_X_A': 'a\0b'},
        {'HTTP_X_A': 'a\rb'},
        {'HTTP_X_A': 'a\nX-B: b'},
        {'HTTP_X_AUTH_TOKEN': 'a\x1b[2J:demo'},
    )
    def test_malformed_requests_reach_no_application(self, environ):
        reached: list[object] = []
        response = self.send(reached.append, **environ)
        self.assertEqual(400, response.status_int)
        self.assertIn('Malformed', response.json['fault']['message'])
        self.assertEqual([], reached)

    @ddt.data(
        {'CONTENT_LENGTH': ''},
        {'CONTENT_LENGTH': '0005'},
        {'HTTP_TRANSFER_ENCODING': 'chunked'},
        {'HTTP_TRANSFER_ENCODING': 'chunked', 'CONTENT_LENGTH': ''},
        {'HTTP_HOST': '[::1]:8774'},
        {'HTTP_HOST': 'a-b.c_d:1'},
        {'HTTP_HOST': ''},
        {'HTTP_HOST': 'a, b', 'HTTP_X_FORWARDED_HOST': 'a, b'},
        {'HTTP_X_A': 'a\tb é'},
    )
    def test_others_do(self, environ):
        response = self.send(webob.Response('yes'), **environ)
        self.assertEqual((200, 'yes'), (response.status_int, response.text))
