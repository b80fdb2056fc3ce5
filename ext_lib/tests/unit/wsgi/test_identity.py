# SPDX-License-Identifier: Apache-2.0
"""Clients find as much of an identity service as they look for."""

import ddt
from oslotest import base as test_base
import webob

from ext_lib.wsgi import identity

_URL = 'http://ext/identity/v3'


@ddt.ddt
class TestNoAuthIdentity(test_base.BaseTestCase):
    def send(self, path, method='GET'):
        req = webob.Request.blank(path, method=method, base_url=_URL)
        return req.get_response(identity.NoAuthIdentity())

    def test_its_version_leads_back_to_it(self):
        for path in ('', '/'):
            version = self.send(path).json['version']
            self.assertEqual('v3', version['id'][:2])
            self.assertEqual('stable', version['status'])
            self.assertEqual(f'{_URL}/', version['links'][0]['href'])

    @ddt.data(
        ('/projects/demo', 'project', 'demo'),
        ('/users/jo', 'user', 'jo'),
        ('/projects/a%20b', 'project', 'a b'),
    )
    @ddt.unpack
    def test_every_name_is_its_own_id(self, path, kind, name):
        thing = self.send(path).json[kind]
        self.assertEqual((name, name), (thing['id'], thing['name']))

    @ddt.data(
        ('GET', '/projects'),
        ('GET', '/projects/'),
        ('GET', '/roles/admin'),
        ('GET', '/auth/tokens'),
        ('GET', '/projects/%ff'),
        ('POST', '/auth/tokens'),
        ('DELETE', '/projects/demo'),
    )
    @ddt.unpack
    def test_there_is_no_more_of_it(self, method, path):
        self.assertEqual(404, self.send(path, method).status_int)
