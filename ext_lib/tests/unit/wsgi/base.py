# SPDX-License-Identifier: Apache-2.0
"""A small API to send requests to, and requests without one."""

import hypothesis
from oslo_serialization import jsonutils
from oslotest import base
import webob

from ext_lib import context
from ext_lib import fixture
from ext_lib.wsgi import application
from ext_lib.wsgi import fault
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import routing

PROJECT = '6f70656e737461636b20342065766572'
VERSION = 'OpenStack-API-Version'
LEGACY = 'X-OpenStack-Things-API-Version'
VENDOR_TYPE = 'application/vnd.openstack.things+json'

NEGOTIATOR = microversion.Negotiator(
    service_type='things',
    minimum=microversion.Version(2, 1),
    maximum=microversion.Version(2, 80),
    legacy_header=LEGACY,
)

#: How properties are tried: quickly, and the same way each time.
quick = hypothesis.settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[hypothesis.HealthCheck.differing_executors],
)


def render(status, message, headers):
    """Return a body of a fault that is easy to compare."""
    return {'fault': {'code': status, 'message': message, **headers}}


def blank(path='/', method='GET', version='2.1', project=PROJECT, **kwargs):
    """Return a request as the application sees it behind the filters."""
    req = request.Request.blank(path, method=method, **kwargs)
    req.environ[request.CONTEXT] = context.RequestContext(
        user_id='jo', project_id=project, overwrite=False
    )
    req.version = microversion.parse(version)
    req.project_segment = None
    return req


class APITestCase(base.BaseTestCase):
    """A test of an application made of ``table``."""

    #: Paths, each with its methods.
    table: routing.Table = ()
    settings = application.Settings(
        json_types=frozenset({request.JSON_TYPE, VENDOR_TYPE}), max_limit=5
    )

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixture.Logging())
        self.app = application.Application(
            self.table, NEGOTIATOR, fault.Faults(render), self.settings
        )

    def send(
        self,
        path,
        method='GET',
        *,
        version=None,
        project=PROJECT,
        body=None,
        json=None,
        headers=None,
    ):
        """Send a request below ``/v2.1`` and return the answer."""
        req = blank(path, method, project=project, base_url='http://ext/v2.1')
        if version is not None:
            req.headers[VERSION] = f'things {version}'
        if json is not None:
            body = jsonutils.dump_as_bytes(json)
            req.content_type = 'application/json'
        if body is not None:
            req.body = body
        req.headers.update(headers or {})
        return req.get_response(self.app)

    def answer(self, path, method='GET', **kwargs):
        """Send a request that succeeds and return the body of the answer."""
        response = self.send(path, method, **kwargs)
        self.assertEqual(200, response.status_int, response.text)
        return response.json

    def refused(self, status, path, method='GET', **kwargs):
        """Send a request that fails as it should; return the answer."""
        response = self.send(path, method, **kwargs)
        self.assertEqual(status, response.status_int, response.text)
        self.assertEqual(status, response.json['fault']['code'])
        self.assertEqual('application/json', response.content_type)
        self.assertEqual('UTF-8', response.charset)
        return response


def environ(path='/', **values):
    """Return a WSGI environ for a filter."""
    return {**webob.Request.blank(path).environ, **values}
