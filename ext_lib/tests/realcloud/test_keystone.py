# SPDX-License-Identifier: Apache-2.0
"""Both services accept the tokens of a real keystone, and no others."""

import datetime
import pathlib
import tempfile
from typing import Any
import uuid

import requests

from ext_lib.testing import polling
from ext_lib.testing import relay
from ext_lib.tests.realcloud import api
from ext_lib.tests.realcloud import base
from ext_lib.tests.realcloud import deployment
from ext_lib.tests.realcloud import options

COMPUTE = deployment.COMPUTE
CLUSTERS = deployment.CLUSTERS
LISTS = {COMPUTE: '/servers', CLUSTERS: '/clusters'}
#: Seconds for which a token that was good counts as good.
CACHED = 3
_UUID = '70a599e0-31e7-49b7-b260-868f441e862b'
_VALIDATION = 'GET /v3/auth/tokens '


def body(service: deployment.Service) -> Any:
    """Return a request for something new."""
    name = f'n{uuid.uuid4().hex[:8]}'
    if service is COMPUTE:
        return {'server': {'name': name, 'imageRef': _UUID, 'flavorRef': '1'}}
    group = {
        'name': 'worker',
        'count': 1,
        'flavor_id': '1',
        'node_processes': ['datanode'],
    }
    return {
        'name': name,
        'plugin_name': 'fake',
        'hadoop_version': '0.1',
        'default_image_id': _UUID,
        'node_groups': [group],
    }


class KeystoneTestCase(base.ServicesTestCase):
    """Questions to both services."""

    def token(self, user: str) -> str:
        return self.cloud.session(user)[0]

    def status(
        self, service: deployment.Service, token: str | None, **headers: str
    ) -> int:
        """Return the status of the answer to a question for a list."""
        answer = self.ask(service, token, LISTS[service], **headers)
        return answer.status_code

    def assertStatus(
        self, expected: int, token: str | None, **headers: str
    ) -> None:
        for service in deployment.SERVICES:
            found = self.status(service, token, **headers)
            self.assertEqual(expected, found, service.name)

    def new_token(self, user: str) -> str:
        """Return a token that no other test uses."""
        return self.issue(
            self.cloud.password_of(user), self.cloud.scope_of(user)
        )

    def issue(self, identity: Any, scope: Any = None) -> str:
        answer = self.cloud.authenticate(identity, scope)
        return str(answer.headers['X-Subject-Token'])

    def identity(self, method: str, path: str, token: str, **more: Any) -> Any:
        """Ask keystone, which must agree; return the answer."""
        answer = requests.request(
            method,
            self.cloud.identity_url + path,
            headers={'X-Auth-Token': token, **more.pop('headers', {})},
            timeout=60,
            **more,
        )
        answer.raise_for_status()
        return answer


class TestTokens(KeystoneTestCase):
    """Validity of tokens, and its end."""

    @classmethod
    def options(cls) -> options.Options:
        return {'keystone_authtoken': {'token_cache_time': CACHED}}

    def test_none_and_a_wrong_one(self):
        for token in (None, 'wrong', '\N{SNOWMAN}'.encode().decode('latin-1')):
            for service in deployment.SERVICES:
                answer = self.ask(service, token, LISTS[service])
                self.assertEqual(401, answer.status_code)
                self.assertEqual(
                    f'Keystone uri="{self.cloud.identity_url}"',
                    answer.headers['WWW-Authenticate'],
                )
                self.assertEqual(401, answer.json()['error']['code'])

    def test_what_a_refused_client_sees_is_what_nova_answers(self):
        _, nova = self.cloud.session('demo')
        theirs = requests.get(f'{nova}/servers', timeout=60)
        ours = self.ask(COMPUTE, None, '/servers')
        self.assertEqual(theirs.text, ours.text)
        for name in ('Content-Type', 'Content-Length', 'WWW-Authenticate'):
            self.assertEqual(theirs.headers[name], ours.headers[name], name)

    def test_what_needs_none(self):
        for service in deployment.SERVICES:
            url = self.services.urls[service.service_type]
            for place in ('', 'healthcheck'):
                found = requests.get(
                    f'{url.removesuffix(service.version)}{place}', timeout=60
                )
                self.assertIn(found.status_code, (200, 300))

    def test_scopes_other_than_projects(self):
        admin = self.cloud.password_of('admin')
        for scope in ('unscoped', {'system': {'all': True}}):
            headers = {'X-Auth-Token': self.issue(admin, scope)}
            _, nova = self.cloud.session('demo')
            theirs = requests.get(
                f'{nova}/servers', headers=headers, timeout=60
            )
            ours = self.ask(COMPUTE, headers['X-Auth-Token'], '/servers')
            self.assertEqual(
                (theirs.status_code, theirs.text),
                (ours.status_code, ours.text),
            )
            # As sahara has it, where a project is always needed.
            found = self.status(CLUSTERS, headers['X-Auth-Token'])
            self.assertEqual(503, found)

    def test_a_revoked_one_is_good_no_longer_than_the_cache_says(self):
        token = self.new_token('demo')
        self.assertStatus(200, token)
        self.identity(
            'DELETE', '/auth/tokens', token, headers={'X-Subject-Token': token}
        )
        self.wait_until_refused(token, CACHED + 10)

    def wait_until_refused(self, token: str, seconds: float = 60) -> None:
        def is_refused() -> bool:
            return {401} == {
                self.status(service, token) for service in deployment.SERVICES
            }

        polling.wait_until(is_refused, 'both to refuse it', seconds)

    def test_one_that_has_expired_is_good_with_that_of_a_service(self):
        token = self.short_token('demo')
        self.assertStatus(200, token)
        self.wait_until_refused(token)
        # A service that began before the end may ask until it is done.
        nova = self.issue(self.password('nova'), self.scope('service'))
        self.assertStatus(200, token, X_Service_Token=nova)
        # Any user might claim to be a service.
        self.assertStatus(401, token, X_Service_Token=self.new_token('alt'))
        self.assertStatus(401, token, X_Service_Token='wrong')

    def short_token(self, user: str) -> str:
        """Return a token that is good for some seconds."""
        mine = self.new_token(user)
        found = self.identity(
            'GET', '/auth/tokens', mine, headers={'X-Subject-Token': mine}
        ).json()['token']
        now = datetime.datetime.now(datetime.timezone.utc)
        expires_at = now + datetime.timedelta(seconds=8)
        credential = self.identity(
            'POST',
            f'/users/{found["user"]["id"]}/application_credentials',
            mine,
            json={
                'application_credential': {
                    'name': uuid.uuid4().hex,
                    'expires_at': expires_at.strftime('%Y-%m-%dT%H:%M:%S.%f'),
                }
            },
        ).json()['application_credential']
        return self.issue(
            {
                'methods': ['application_credential'],
                'application_credential': {
                    'id': credential['id'],
                    'secret': credential['secret'],
                },
            }
        )

    def password(self, user: str) -> Any:
        found = self.cloud.password_of('demo')
        found['password']['user']['name'] = user
        return found

    def scope(self, project: str) -> Any:
        found = self.cloud.scope_of('demo')
        found['project']['name'] = project
        return found


class TestCache(KeystoneTestCase):
    """Validated tokens are cached in memcached."""

    relay: relay.Relay

    @classmethod
    def options(cls) -> options.Options:
        cls.relay = relay.Relay(cls.cloud.memcached)
        cls.relay.setUp()
        cls.addClassCleanup(cls.relay.cleanUp)
        servers = f'127.0.0.1:{cls.relay.port}'
        return {'keystone_authtoken': {'memcached_servers': servers}}

    def validations(self) -> int:
        """Return how often keystone was asked about a token."""
        log = self.cloud.home / 'log' / 'keystone.log'
        return log.read_text(errors='replace').count(_VALIDATION)

    def test_all_processes_of_both_services_share_it(self):
        # Each process asks for a token of its own first.
        for service in deployment.SERVICES:
            self.ask_all_processes(service, self.new_token('demo'))
        token = self.new_token('demo')
        before, asked = self.validations(), self.relay.round_trips
        for service in deployment.SERVICES:
            self.ask_all_processes(service, token)
        self.assertEqual(1, self.validations() - before)
        self.assertLessEqual(2 * api.WORKERS, self.relay.round_trips - asked)

    def ask_all_processes(
        self, service: deployment.Service, token: str
    ) -> None:
        """Ask until each process of an API has answered."""
        one = self.services.apis[service.service_type]
        position = one.position()

        def have_answered() -> bool:
            self.assertEqual(200, self.status(service, token))
            return one.answerers(position) == set(one.workers())

        polling.wait_until(have_answered, 'all processes to answer')

    def test_without_it_keystone_is_asked_again_and_again(self):
        token = self.new_token('demo')
        self.assertStatus(200, token)
        before = self.validations()
        self.relay.swallow()
        self.addCleanup(self.relay.recover)
        self.relay.close_all()
        self.assertStatus(200, token)
        self.assertLessEqual(1, self.validations() - before)


class TestRoles(KeystoneTestCase):
    """Rights of readers, members, managers and administrators."""

    policies: pathlib.Path

    @classmethod
    def options(cls) -> options.Options:
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.policies = pathlib.Path(directory.name, 'policy.yaml')
        cls.policies.write_text('{}')
        return {'oslo_policy': {'policy_file': cls.policies}}

    def test_each_may_read(self):
        for user in ('reader', 'demo', 'manager', 'admin', 'alt'):
            self.assertStatus(200, self.token(user))

    def test_readers_create_no_servers(self):
        answer = self.create(COMPUTE, 'reader')
        self.assertEqual(403, answer.status_code, answer.text)
        self.assertIn('os_compute_api:servers:create', answer.text)

    def test_readers_create_clusters_by_default(self):
        answer = self.create(CLUSTERS, 'reader')
        self.assertEqual(202, answer.status_code, answer.text)
        self.addCleanup(self.policies.write_text, '{}')
        self.policies.write_text(
            'data-processing:clusters:create: role:member'
        )
        answer = self.create(CLUSTERS, 'reader')
        self.assertEqual(403, answer.status_code, answer.text)
        self.created(CLUSTERS, 'demo')

    def create(self, service: deployment.Service, user: str) -> Any:
        return self.ask(
            service, self.token(user), LISTS[service], body(service)
        )

    def created(self, service: deployment.Service, user: str) -> str:
        """Return the id of something new."""
        answer = self.create(service, user)
        self.assertEqual(202, answer.status_code, answer.text)
        [(_, made)] = answer.json().items()
        return str(made['id'])

    def test_members_create_what_others_of_their_project_see(self):
        for service in deployment.SERVICES:
            path = f'{LISTS[service]}/{self.created(service, "demo")}'
            statuses = {
                user: self.ask(service, self.token(user), path).status_code
                for user in ('demo', 'reader', 'manager', 'alt')
            }
            expected = {'demo': 200, 'reader': 200, 'manager': 200, 'alt': 404}
            self.assertEqual(expected, statuses)

    def test_administrators_see_all_projects(self):
        server = self.created(COMPUTE, 'alt')
        path = '/servers?all_tenants=1'
        for user, is_seen in ('admin', True), ('demo', False):
            answer = self.ask(COMPUTE, self.token(user), path)
            ids = [s['id'] for s in answer.json().get('servers', [])]
            self.assertEqual(is_seen, server in ids, answer.text)

    def test_the_id_of_the_own_project_may_stand_in_the_url(self):
        identity = self.cloud.password_of('demo')
        answer = self.cloud.authenticate(identity, self.cloud.scope_of('demo'))
        project = answer.json()['token']['project']['id']
        token = str(answer.headers['X-Subject-Token'])
        for service in deployment.SERVICES:
            path = f'/{project}{LISTS[service]}'
            found = self.ask(service, token, path)
            self.assertEqual(200, found.status_code, service.name)
