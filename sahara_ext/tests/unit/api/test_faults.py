# SPDX-License-Identifier: Apache-2.0
"""Errors become answers in the API's form, and lines of the log."""

from typing import Any

import ddt
import webob.exc

from ext_lib import exception as ext_exception
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from sahara_ext import exception
from sahara_ext.api import faults
from sahara_ext.tests import base


@ddt.ddt
class TestFaults(base.TestCase):
    def answer(self, error):
        return faults.FAULTS.from_error(error)

    @ddt.data(
        (ext_exception.Invalid(), 400, 'INVALID_DATA'),
        (request.MalformedBody(), 400, 'MALFORMED_REQUEST_BODY'),
        (request.MalformedQuery(), 400, 'INVALID_DATA'),
        (request.NulInQuery(name='a'), 400, 'VALIDATION_ERROR'),
        (ext_exception.Forbidden(), 403, 'FORBIDDEN'),
        (ext_exception.NotFound(), 404, 'NOT_FOUND'),
        (ext_exception.Conflict(), 409, 'CONFLICT'),
        (ext_exception.NotImplemented(), 501, 'NOT_IMPLEMENTED'),
        (ext_exception.Unavailable(), 503, 'SERVICE_UNAVAILABLE'),
        (exception.ClusterNotFound(cluster_id='x'), 404, 'NOT_FOUND'),
        (exception.ClusterNameExists(name='x'), 400, 'NAME_ALREADY_EXISTS'),
        (exception.PluginNotFound(name='x'), 400, 'INVALID_REFERENCE'),
        (exception.UnknownTemplate(template_id='x'), 400, 'NOT_FOUND'),
    )
    @ddt.unpack
    def test_names(self, error, status, name):
        answer = self.answer(error)
        body = answer.json
        self.assertEqual(status, answer.status_int)
        self.assertEqual(
            (status, name), (body['error_code'], body['error_name'])
        )
        message, _, error_id = body['error_message'].rpartition('\nError ID: ')
        self.assertEqual(str(error), message)
        self.assertIn(error_id, self.log.output)

    def test_what_may_answer_later_says_when(self):
        answer = self.answer(ext_exception.Unavailable())
        self.assertEqual('10', answer.headers['Retry-After'])
        answer = self.answer(ext_exception.Conflict())
        self.assertNotIn('Retry-After', answer.headers)

    def test_the_unexpected_is_for_the_log(self):
        answer = self.answer(KeyError('secret'))
        self.assertEqual(500, answer.status_int)
        body = answer.json
        self.assertEqual('INTERNAL_SERVER_ERROR', body['error_name'])
        self.assertNotIn('secret', answer.text)
        error_id = body['error_message'].rpartition(' ')[2]
        self.assertIn(error_id, self.log.output)
        self.assertIn('secret', self.log.output)

    def test_a_code_of_anything_else_is_no_name(self):
        error: Any = OSError('secret')
        error.code = 'SECRET'
        answer = self.answer(error)
        self.assertEqual('INTERNAL_SERVER_ERROR', answer.json['error_name'])

    @ddt.data(
        (microversion.InvalidVersion(version='x'), 400, 'BAD_REQUEST'),
        (
            microversion.UnsupportedVersion(
                version='9.9', minimum='2.0', maximum='2.0'
            ),
            406,
            'NOT_ACCEPTABLE',
        ),
    )
    @ddt.unpack
    def test_versions(self, error, status, name):
        answer = self.answer(error)
        self.assertEqual(
            {
                'error_code': status,
                'error_message': str(error),
                'error_name': name,
                'min_version': '2.0',
                'max_version': '2.0',
            },
            answer.json,
        )

    def test_answers_of_the_web_server(self):
        answer = self.answer(webob.exc.HTTPRequestEntityTooLarge())
        self.assertEqual(413, answer.status_int)
        self.assertEqual({'error', 'error_message'}, set(answer.json))

    def test_plain_ones_stay_as_they_are(self):
        error = faults.plain(webob.exc.HTTPNotFound, 'Nothing.')
        self.assertIs(error, self.answer(error))
        self.assertEqual(
            {'error': 404, 'error_message': 'Nothing.'}, error.json
        )
