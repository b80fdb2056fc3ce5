# SPDX-License-Identifier: Apache-2.0
"""The audit serves the versions of the nova it stands before."""

import webob

from ext_lib import exception as ext_exception
from nova_ext import exception
from nova_ext.api.openstack.compute import microversions
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.wsgi import loader

_SERVER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_REQUEST = 'req-3293a3f1-b44c-4609-b8d2-d81b105636b8'
_ACTIONS = f'/servers/{_SERVER}/os-instance-actions'
_ACTION = f'{_ACTIONS}/{_REQUEST}'
_MIGRATIONS = f'/servers/{_SERVER}/migrations'
#: All that the audit answers.
_PATHS = (_ACTIONS, _ACTION, _MIGRATIONS, f'{_MIGRATIONS}/1', '/os-migrations')
#: What ignores unknown parameters until 2.102.
_LENIENT = (_ACTION, _MIGRATIONS, f'{_MIGRATIONS}/1')
#: That of the compute API of our own, and those of the audit.
_FIRST, _LAST = 84, 104


class TestVersions(base.APITestCase):
    """Every version from the last of the compute API to the last of nova."""

    def setUp(self):
        super().setUp()
        self.app = loader.load_audit(self.conf)
        self.add(rows.server(uuid=_SERVER))
        action = self.add(rows.action(_SERVER, request_id=_REQUEST))
        error = exception.NoValidHost(reason='There are not enough hosts.')
        self.add(
            rows.event(
                action.id,
                result='Error',
                traceback=ext_exception.trace(error),
                details=ext_exception.summary(error),
            )
        )
        self.add(rows.live_migration(_SERVER, id=1))

    def status(self, path, minor, **kwargs):
        return self.request(
            'GET', path, version=f'2.{minor}', **kwargs
        ).status_int

    def test_each_is_served_with_the_same_answers(self):
        for path in _PATHS:
            first = self.get(path, f'2.{_FIRST}')
            for minor in range(_FIRST, _LAST + 1):
                version = f'2.{minor}'
                answer = self.request('GET', path, version=version)
                self.assertEqual(
                    (200, first), (answer.status_int, answer.json)
                )
                self.assertEqual(
                    f'compute {version}',
                    answer.headers['OpenStack-API-Version'],
                )

    def test_none_beyond(self):
        answer = self.request('GET', _ACTIONS, version=f'2.{_LAST + 1}')
        self.assertEqual(406, answer.status_int)
        self.assertIn(f'maximum is 2.{_LAST}.', answer.text)

    def test_the_latest_is_the_last(self):
        answer = self.request('GET', _ACTIONS, version='latest')
        self.assertEqual(
            f'compute 2.{_LAST}', answer.headers['OpenStack-API-Version']
        )

    def test_unknown_parameters_are_refused_in_time(self):
        for path in _LENIENT:
            for minor in (*range(23, _LAST + 1, 13), 84, 101):
                self.assertEqual(200, self.status(f'{path}?x=1', minor), path)
            for minor in (102, 103, 104):
                answer = self.request(
                    'GET', f'{path}?x=1', version=f'2.{minor}'
                )
                self.assertEqual(400, answer.status_int, path)
                self.assertIn('badRequest', answer.json)
        for path in (_ACTIONS, '/os-migrations'):
            self.assertEqual(400, self.status(f'{path}?x=1', 84))

    def test_details_only_for_those_allowed(self):
        for token, expected in (
            (base.ADMIN, {'details': 'No valid host was found. '
                          'There are not enough hosts.'}),
            (base.MEMBER, {}),
            (base.READER, {}),
        ):  # fmt: skip
            [event] = self.get(_ACTION, '2.84', token=token)['instanceAction'][
                'events'
            ]
            found = {k: v for k, v in event.items() if k == 'details'}
            self.assertEqual(expected, found, token)
        [event] = self.get(_ACTION, '2.83')['instanceAction']['events']
        self.assertNotIn('details', event)
        self.assertIn('There are not enough hosts.\n', event['traceback'])

    def test_documents_name_the_last(self):
        for path in ('/', '/v2.1/'):
            req = webob.Request.blank(path, accept='application/json')
            body = req.get_response(self.app).json
            document = body['version'] if path != '/' else body['versions'][-1]
            self.assertEqual(f'2.{_LAST}', document['version'])
        document = self.get('/')['version']
        self.assertEqual(f'2.{_LAST}', document['version'])

    def test_the_api_of_our_own_stays_below(self):
        self.app = loader.load(self.conf)
        self.assertEqual(f'2.{_FIRST}', str(microversions.MAXIMUM))
        self.assertEqual(200, self.status(_ACTIONS, _FIRST))
        self.assertEqual(406, self.status(_ACTIONS, _FIRST + 1))


class TestOption(base.APITestCase):
    """The operator names the last version of the nova."""

    def load(self, version):
        self.settings.set('api', audit_max_microversion=version)
        self.app = loader.load_audit(self.conf)

    def test_it_is_the_last(self):
        for version in ('2.79', '2.96', '2.120'):
            self.load(version)
            answer = self.request('GET', '/os-migrations', version='latest')
            self.assertEqual(
                (200, f'compute {version}'),
                (answer.status_int, answer.headers['OpenStack-API-Version']),
            )
            beyond = f'2.{int(version[2:]) + 1}'
            answer = self.request('GET', '/os-migrations', version=beyond)
            self.assertEqual(406, answer.status_int)

    def test_what_is_no_version_is_refused(self):
        for version in ('', '2', '2.0', '3.1', '2.x', '2.1000', 'latest'):
            self.assertRaises(
                ValueError,
                *(self.settings.set, 'api'),
                audit_max_microversion=version,
            )
