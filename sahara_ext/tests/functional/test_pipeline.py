# SPDX-License-Identifier: Apache-2.0
"""The filters of api-paste.ini before the API."""

import json
import pathlib
from unittest import mock

import fixtures

from ext_lib.testing import identity_log
from ext_lib.wsgi import auth
from sahara_ext.tests.functional import base
from sahara_ext.wsgi import loader


class PipelineTest(base.APITestCase):
    """Requests that the filters answer, or change."""

    def test_every_answer_of_the_api_has_a_request_id(self) -> None:
        for path, token, status in (
            ('/', None, 300),
            ('/v1.1/plugins', base.MEMBER, 200),
            ('/v2/plugins', None, 401),
            ('/v2/none', base.MEMBER, 404),
        ):
            response = self.request('GET', path, token=token)
            self.assertEqual(status, response.status_int, path)
            request_id = response.headers['x-openstack-request-id']
            self.assertTrue(request_id.startswith('req-'), path)

    def test_huge_bodies_are_refused(self) -> None:
        self.settings.set('oslo_middleware', max_request_body_size=100)
        response = self.request('POST', '/v1.1/clusters', body=['x' * 100])
        self.assertEqual(413, response.status_int)

    def test_requests_are_logged(self) -> None:
        self.request('GET', '/v2/plugins?limit=1')
        self.assertIn('"GET /v2/plugins?limit=1" status: 200', self.log.output)

    def test_so_are_those_for_the_versions(self) -> None:
        self.request('GET', '/', token=None)
        self.assertIn('"GET /" status: 300', self.log.output)

    def test_a_refused_request_is_logged_in_its_own_name(self) -> None:
        log = self.useFixture(identity_log.IdentityLog(self.conf))
        self.request('GET', '/v2/plugins')
        response = self.request('GET', '/v2/clusters', token=None)
        own = response.headers['x-openstack-request-id']
        [known] = log.identities('/v2/plugins')
        self.assertTrue(known.endswith(f' {base.MEMBER.replace(":", " ")}'))
        found = log.identities('/v2/clusters')
        self.assertEqual([f'None {own} - -'], found)

    def test_details_of_health_are_restricted(self) -> None:
        network = ['10.0.0.0/8']
        self.settings.set('healthcheck', allowed_source_ranges=network)
        self.app = loader.load(self.conf)
        refused = self.get('/healthcheck', status=403, remote_addr='192.0.2.9')
        self.assertEqual('FORBIDDEN', refused['error_name'])
        allowed = self.request('GET', '/healthcheck', remote_addr='10.0.0.9')
        self.assertEqual(200, allowed.status_int)

    def test_a_token_without_a_project_is_refused(self) -> None:
        identity = {'HTTP_X_USER_ID': 'jo', 'HTTP_X_ROLES': 'admin,reader'}
        with mock.patch.object(
            auth, 'parse_token', autospec=True, return_value=identity
        ):
            for path in ('/v1.1/clusters', '/v2/clusters', '/v2/plugins'):
                refused = self.get(path, status=503)
                self.assertIn('not for a project', str(refused))

    def test_options_are_for_cors(self) -> None:
        response = self.request('OPTIONS', '/v1.1/clusters', token=None)
        self.assertEqual(200, response.status_int)

    def test_head_is_a_get_without_the_body(self) -> None:
        response = self.request('HEAD', '/v2/plugins')
        self.assertEqual(200, response.status_int)
        self.assertEqual(b'', response.body)


class PolicyFileTest(base.APITestCase):
    """An operator's rules, in either version's names."""

    def load(self, rules: dict[str, str]) -> None:
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'policy.yaml')
        path.write_text(json.dumps(rules))
        self.settings.set('oslo_policy', policy_file=str(path))
        self.app = loader.load(self.conf)

    def test_rules_are_heeded(self) -> None:
        self.load({'data-processing:clusters:create': 'role:admin'})
        body = base.cluster()
        refused = self.send('POST', '/v1.1/clusters', body, status=403)
        self.assertEqual('FORBIDDEN', refused['error_name'])
        self.assertIn(
            'data-processing:clusters:create', refused['error_message']
        )
        self.send('POST', '/v1.1/clusters', body, token=base.ADMIN)

    def test_each_version_has_its_own(self) -> None:
        self.load({'data-processing:cluster:list': '!'})
        self.get('/v1.1/clusters')
        self.get('/v2/clusters', status=403)

    def test_rights_come_before_what_is_there(self) -> None:
        self.load({'data-processing:cluster:get': 'role:admin'})
        self.get(f'/v2/clusters/{base.UNKNOWN}', status=403)
        self.get(f'/v2/clusters/{base.UNKNOWN}', status=404, token=base.ADMIN)
