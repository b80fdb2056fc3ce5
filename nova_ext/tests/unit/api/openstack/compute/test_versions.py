# SPDX-License-Identifier: Apache-2.0
"""Version documents."""

import ddt
import testtools
import webob

from ext_lib import exception
from ext_lib import fixture
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import urlmap
from nova_ext.api.openstack import pipeline
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import versions
from nova_ext.tests.unit.api.openstack import base

_METHODS = ('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH')
_VERSION = 'OpenStack-API-Version'
_LEGACY = 'X-OpenStack-Nova-API-Version'
_SELF = {'rel': 'self', 'href': 'http://ext/v2.1/'}
_ENTRY = {
    'id': 'v2.1',
    'status': 'CURRENT',
    'version': '2.84',
    'min_version': '2.1',
    'updated': '2013-07-23T11:33:21Z',
    'links': [_SELF],
}
_OLD_SELF = {'rel': 'self', 'href': 'http://ext/v2/'}
_OLD_ENTRY = {
    'id': 'v2.0',
    'status': 'DEPRECATED',
    'version': '',
    'min_version': '',
    'updated': '2025-07-04T12:00:00Z',
    'links': [_OLD_SELF],
}
_DESCRIBED = {
    'rel': 'describedby',
    'type': 'text/html',
    'href': 'http://docs.openstack.org/',
}


def _media_types(version):
    kind = f'application/vnd.openstack.compute+json;version={version}'
    return [{'base': 'application/json', 'type': kind}]


_DOCUMENT = _ENTRY | {
    'links': [_SELF, _DESCRIBED],
    'media-types': _media_types('2.1'),
}
_OLD_DOCUMENT = _OLD_ENTRY | {
    'links': [_OLD_SELF, _DESCRIBED],
    'media-types': _media_types('2'),
}


class _VersionsTestCase(testtools.TestCase):
    prefix: str | None = None

    def setUp(self):
        super().setUp()
        self.useFixture(fixture.Logging())
        prefixed = links.Links(self.prefix)
        self.app = urlmap.URLMap(
            {
                '/': versions.VersionList(prefixed),
                '/v2': pipeline.LegacyV2(versions.VersionDetail(prefixed)),
                '/v2.1': versions.VersionDetail(prefixed),
            }
        )

    def send(self, path, method='GET', **headers):
        req = webob.Request.blank(
            path, method=method, base_url='http://ext', headers=headers
        )
        return req.get_response(self.app)


@ddt.ddt
class TestVersionList(_VersionsTestCase):
    def test_list(self):
        response = self.send('/')
        self.assertEqual(200, response.status_int)
        self.assertEqual('application/json', response.headers['Content-Type'])
        self.assertEqual({'versions': [_OLD_ENTRY, _ENTRY]}, response.json)

    @ddt.data(
        ('/foo', '/foo'),
        ('/foo/bar', '/foo/bar'),
        ('/v3/servers?limit=1', '/v3/servers'),
        ('/v1', '/v1'),
        ('/v2/servers', '/v2/servers'),
        ('/v2.1x', '/v2.1x'),
        ('//a//b', '/a/b'),
        ('/a%20b', '/a%20b'),
        ('/%E2%82%AC', '/%E2%82%AC'),
        ('/%ff', '/%FF'),
    )
    @ddt.unpack
    def test_choices(self, path, shown):
        response = self.send(path)
        self.assertEqual(300, response.status_int)
        old, new = (
            {'rel': 'self', 'href': f'http://ext/{segment}{shown}'}
            for segment in ('v2', 'v2.1')
        )
        choices = [
            {
                'id': 'v2.0',
                'status': 'DEPRECATED',
                'links': [old],
                'media-types': _media_types('2'),
            },
            {
                'id': 'v2.1',
                'status': 'CURRENT',
                'links': [new],
                'media-types': _media_types('2.1'),
            },
        ]
        self.assertEqual({'choices': choices}, response.json)

    def test_no_path_at_all(self):
        req = webob.Request.blank('/')
        req.environ['PATH_INFO'] = ''
        self.assertEqual(300, req.get_response(self.app).status_int)

    @ddt.data(*_METHODS)
    def test_any_method(self, method):
        self.assertEqual(200, self.send('/', method).status_int)
        self.assertEqual(300, self.send('/foo', method).status_int)

    @ddt.data('compute 2.21', 'compute abc', 'compute 2.999')
    def test_no_version_is_negotiated_not_even_a_bad_one(self, version):
        for path, status in (('/', 200), ('/foo', 300)):
            headers = {_VERSION: version, _LEGACY: 'abc'}
            response = self.send(path, **headers)
            self.assertEqual(status, response.status_int)
            for name in (_VERSION, _LEGACY, 'Vary'):
                self.assertNotIn(name, response.headers)


@ddt.ddt
class TestLegacyDetail(_VersionsTestCase):
    @ddt.data('/v2', '/v2/', '//v2//')
    def test_document(self, path):
        response = self.send(path)
        self.assertEqual(200, response.status_int)
        self.assertEqual({'version': _OLD_DOCUMENT}, response.json)

    @ddt.data('compute 2.21', 'compute abc', 'compute 2.999')
    def test_no_version_is_negotiated_not_even_a_bad_one(self, version):
        response = self.send('/v2', **{_VERSION: version, _LEGACY: 'abc'})
        self.assertEqual(200, response.status_int)
        for name in (_VERSION, _LEGACY, 'Vary'):
            self.assertNotIn(name, response.headers)


@ddt.ddt
class TestVersionDetail(_VersionsTestCase):
    @ddt.data('/v2.1', '/v2.1/', '//v2.1//')
    def test_document(self, path):
        response = self.send(path)
        self.assertEqual(200, response.status_int)
        self.assertEqual('application/json', response.headers['Content-Type'])
        self.assertEqual({'version': _DOCUMENT}, response.json)

    @ddt.data(*_METHODS)
    def test_any_method(self, method):
        self.assertEqual(200, self.send('/v2.1/', method).status_int)

    @ddt.data(
        ({}, 200, '2.1'),
        ({_VERSION: 'compute 2.21'}, 200, '2.21'),
        ({_LEGACY: '2.21'}, 200, '2.21'),
        ({_VERSION: 'compute latest'}, 200, '2.84'),
        ({_VERSION: 'compute 2.85'}, 406, '2.85'),
        ({_VERSION: 'compute abc'}, 400, None),
        ({_LEGACY: ''}, 400, None),
    )
    @ddt.unpack
    def test_the_version_is_negotiated(self, headers, status, named):
        response = self.send('/v2.1/', **headers)
        self.assertEqual(status, response.status_int)
        self.assertEqual(named, response.headers.get(_LEGACY))
        expected = [_VERSION, _LEGACY] if named else []
        self.assertEqual(expected, response.headers.getall('Vary'))

    def test_refusals_are_faults(self):
        unsupported = self.send('/v2.1/', **{_VERSION: 'compute 2.85'})
        fault = unsupported.json['computeFault']
        for word in ('2.85', '2.1', '2.84'):
            self.assertIn(word, fault['message'])
        malformed = self.send('/v2.1/', **{_VERSION: 'compute abc'})
        self.assertEqual(400, malformed.json['badRequest']['code'])


class TestBehindAProxy(_VersionsTestCase):
    prefix = 'https://proxy/compute'

    def test_links_lead_through_it(self):
        old, entry = self.send('/').json['versions']
        self.assertEqual('https://proxy/compute/v2/', old['links'][0]['href'])
        document = self.send('/v2.1').json['version']
        expected = 'https://proxy/compute/v2.1/'
        self.assertEqual(expected, entry['links'][0]['href'])
        self.assertEqual(expected, document['links'][0]['href'])
        _, choice = self.send('/foo').json['choices']
        self.assertEqual(
            'https://proxy/compute/v2.1/foo', choice['links'][0]['href']
        )


class TestVersionsController(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.controller = versions.VersionsController(links.Links())

    def test_show_and_root(self):
        expected = {'version': _DOCUMENT}
        for version in ('2.1', str(microversions.MAXIMUM)):
            req = base.request(version)
            self.assertEqual(expected, self.controller.root(req))
            self.assertEqual(expected, self.controller.show(req, 'v2.1'))

    def test_before_microversions(self):
        found = self.controller.show(base.request(), 'v2.0')
        self.assertEqual('v2.0', found['version']['id'])
        req = base.request()
        req.environ[request.LEGACY_V2] = True
        for id in ('v2.0', 'v2.1', 'x'):
            found = self.controller.show(req, id)
            self.assertEqual('v2.0', found['version']['id'])

    def test_others_are_unknown(self):
        for id in ('v2', '2.1', 'v2.1.json', ''):
            self.assertRaises(
                exception.NotFound, self.controller.show, base.request(), id
            )
