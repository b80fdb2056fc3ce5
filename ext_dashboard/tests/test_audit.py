# SPDX-License-Identifier: Apache-2.0
"""The audit: both panels, and answers to their script."""

from unittest import mock
from urllib import parse

from django import urls
from django.test import utils
from openstack_dashboard.api import keystone
from openstack_dashboard.test import helpers

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard.tests import base

SERVER = '70a599e0-31e7-49b7-b260-868f441e862b'
ADDRESS = 'horizon:project:server_audit:'
ALICE = '3f2ac5c0c9e04b0f8d7a6f8f1c2e4d5b'


def event(number=1, **values):
    """Return an event as the audit shows it; greater numbers are newer."""
    return {
        'event': f'step{number}',
        'start_time': f'2026-01-02T03:{number:02}:05.000000',
        'finish_time': f'2026-01-02T03:{number:02}:06.000000',
        'result': 'Success',
        'host': None,
        'hostId': '0' * 56,
        'traceback': None,
        'details': None,
        **values,
    }


def action(number=1, **values):
    """Return an action as the audit lists it."""
    return {
        'id': f'1-{number}',
        'action': 'delete',
        'result': 'success',
        'server_id': SERVER,
        'server_name': 'web-3',
        'server_project_id': 'p',
        'request_id': 'req-1',
        'user_id': 'alice',
        'project_id': 'p',
        'message': None,
        'created_at': '2026-01-02T03:04:05.000000',
        'start_time': '2026-01-02T03:04:05.000000',
        'updated_at': '2026-01-02T03:04:07.500000',
        **values,
    }


class AuditCase(base.TestCase):
    def read(self, name='actions', **query):
        """Return an answer to the script of the page."""
        found = urls.reverse(ADDRESS + name)
        return self.script(f'{found}?{parse.urlencode(query)}')

    def items(self, *actions):
        """Return the actions that the API lists, as the page shows them."""
        self.api.return_value = {'actions': list(actions)}
        answer = self.read()
        self.assertEqual(200, answer.status_code, answer.content)
        return answer.json()['items']

    def asked(self):
        """Return the parameters of the only request, but the size of pages."""
        self.api.assert_called_once()
        _request, service, path, query = self.api.call_args.args
        self.assertEqual(('compute', '/audit/actions'), (service, path))
        found = {k: v for k, v in query.items() if v is not None}
        self.assertEqual(json_views.PAGE + 1, found.pop('limit'))
        return found

    def ask(self, **query):
        """Return what is asked for when the form has some fields."""
        self.api.reset_mock()
        self.api.return_value = {'actions': []}
        answer = self.read(**query)
        self.assertEqual(200, answer.status_code, answer.content)
        return self.asked()

    def be_auditor(self):
        """Go on as a user with the role of auditors."""
        self.setActiveUser(
            id=self.user.id,
            token=self.token,
            username=self.user.name,
            tenant_id=self.tenant.id,
            service_catalog=self.service_catalog,
            authorized_tenants=self.tenants.list(),
            roles=[{'id': '7', 'name': 'audit_reader'}],
        )


class ActionsTest(AuditCase):
    def test_fields(self):
        (found,) = self.items(action())
        self.assertEqual('Delete', found['name'])
        self.assertEqual('success', found['result'])
        self.assertEqual('done', found['state'])
        self.assertEqual('2026-01-02T03:04:05+00:00', found['time']['iso'])
        self.assertEqual('2.50 s', found['duration'])
        self.assertEqual('web-3', found['server'])
        self.assertIn(SERVER, found['history'])
        self.assertEqual('alice', found['user_id'])

    def test_results(self):
        for result, state, duration in (
            ('error', 'failed', '2.50 s'),
            ('unfinished', 'running', ''),
            ('other', '', '2.50 s'),
        ):
            (found,) = self.items(action(result=result))
            self.assertEqual(result, found['result'])
            self.assertEqual(state, found['state'])
            self.assertEqual(duration, found['duration'])

    def test_what_is_not_known(self):
        (found,) = self.items(
            action(
                server_name=None,
                server_project_id=None,
                user_id=None,
                updated_at=None,
            )
        )
        self.assertEqual(SERVER, found['server'])
        self.assertEqual(('', ''), (found['user_id'], found['project_id']))
        self.assertEqual('', found['duration'])

    def test_markup_stays_text(self):
        names = (
            'id', 'action', 'result', 'server_id', 'server_name', 'request_id',
            'user_id', 'server_project_id',
        )  # fmt: skip
        (found,) = self.items(action(**dict.fromkeys(names, base.MARKUP)))
        for name in ('id', 'name', 'result', 'server', 'server_id', 'user_id'):
            self.assertEqual(base.MARKUP, found[name])
        self.assertIsNone(found['history'])
        self.assertNotIn('<', found['address'])

    def test_pages(self):
        found = [action(number) for number in range(json_views.PAGE + 1)]
        self.api.return_value = {'actions': found}
        answer = self.read().json()
        self.assertEqual(json_views.PAGE, len(answer['items']))
        marker = f'1-{json_views.PAGE - 1}'
        self.assertEqual({'marker': marker}, answer['next'])
        self.assertEqual(marker, self.ask(marker=marker)['marker'])
        self.api.return_value = {'actions': found[1:]}
        self.assertIsNone(self.read().json()['next'])

    def test_errors(self):
        for error, status in (
            (rest.Refused(404, 'This service has no trail.'), 404),
            (rest.Refused(403, 'Policy does not allow it.'), 403),
            (rest.Refused(400, 'since is later than before'), 400),
            (rest.Unreachable('no route to host'), 503),
        ):
            self.api.side_effect = error
            answer = self.read()
            self.assertEqual(status, answer.status_code)
            self.assertNotIn('no route', answer.json()['error'])

    def test_who_is_not_logged_in(self):
        self.setActiveUser()
        self.assertIn(self.read().status_code, (302, 401))
        self.api.assert_not_called()


class FiltersTest(AuditCase):
    def test_own_project(self):
        self.assertEqual({'project': self.tenant.id}, self.ask())
        self.assertEqual({}, self.ask(projects='all'))

    def test_texts(self):
        given = {
            'server_name': base.MARKUP,
            'host': 'compute17',
            'action': 'delete',
            'result': 'error',
        }
        found = self.ask(projects='all', other='x', **given)
        self.assertEqual(given, found)
        self.assertEqual({}, self.ask(projects='all', host=' ', user=' '))

    def test_times_are_of_the_zone_of_the_user(self):
        given = {'since': '2026-12-01T14:00', 'before': '2026-12-01T15:00'}
        with utils.override_settings(TIME_ZONE='Europe/Berlin'):
            found = self.ask(projects='all', **given)
        self.assertEqual('2026-12-01T13:00:00Z', found['since'])
        self.assertEqual('2026-12-01T14:00:00Z', found['before'])
        found = self.ask(projects='all', since='2026-12-01T14:00+02:00')
        self.assertEqual({'since': '2026-12-01T12:00:00Z'}, found)

    def test_bad_times(self):
        for text in ('soon', '2026-13-01', '9999-12-31T23:59:59-10:00'):
            answer = self.read(since=text)
            self.assertEqual(400, answer.status_code)
            self.assertIn(text, answer.json()['error'])
        self.api.assert_not_called()

    def test_own_name(self):
        found = self.ask(projects='all', user=self.user.name)
        self.assertEqual({'user': self.user.id}, found)

    def test_user_of_a_member(self):
        """Keystone does not let members look up names."""
        with mock.patch.object(keystone, 'user_list', autospec=True) as listed:
            for name in ('alice', ALICE):
                found = self.ask(projects='all', user=name)
                self.assertEqual({'user': name}, found)
        listed.assert_not_called()


class AdministratorTest(AuditCase, helpers.BaseAdminViewTests):
    def find(self, *found, **kwargs):
        """Return the parameter for a user, of a name with some users."""
        with mock.patch.object(
            keystone,
            'user_list',
            autospec=True,
            return_value=list(found),
            **kwargs,
        ) as listed:
            asked = self.ask(projects='all', user='alice')
        listed.assert_called_once_with(mock.ANY, filters={'name': 'alice'})
        return asked['user']

    def test_user(self):
        user = self.users.first()
        self.assertEqual(user.id, self.find(user))
        self.assertEqual('alice', self.find())
        self.assertEqual('alice', self.find(side_effect=ValueError))

    def test_several_users(self):
        with mock.patch.object(
            keystone,
            'user_list',
            autospec=True,
            return_value=self.users.list()[:2],
        ):
            answer = self.read(user='alice')
        self.assertEqual(400, answer.status_code)
        self.assertIn('Several users', answer.json()['error'])

    def test_panel(self):
        page = self.client.get(
            urls.reverse('horizon:admin:server_audit:index')
        )
        self.assertContains(page, 'data-ext="audit"')
        self.assertContains(page, '<option value="all" selected>')
        self.assertContains(page, 'name="host"')
        self.assertContains(page, 'data-address="/project/server_audit/')


class EventsTest(AuditCase):
    def test_events(self):
        """Those of the action asked for, the oldest first."""
        other = action(2, events=[event(9)])
        self.api.return_value = {
            'actions': [other, action(events=[event(2), event(1)])]
        }
        (item,) = self.items(action())
        self.api.reset_mock()
        self.api.return_value = {
            'actions': [other, action(events=[event(2), event(1)])]
        }
        answer = self.script(item['address']).json()
        self.assertEqual(
            ['step1', 'step2'], [found['name'] for found in answer['items']]
        )
        query = self.api.call_args.args[3]
        self.assertEqual(
            {'server': SERVER, 'request_id': 'req-1', 'events': 1}, query
        )


class PagesTest(AuditCase):
    def page(self):
        """Return the page of a project."""
        page = self.client.get(urls.reverse(f'{ADDRESS}index'))
        self.assertContains(page, 'data-ext="audit"')
        self.assertContains(page, 'type="datetime-local"')
        self.assertContains(page, '<option value="confirmResize">')
        # Else Horizon lets users search only once.
        self.assertContains(page, 'btn-primary always-enabled')
        self.api.assert_not_called()
        return page

    def test_member(self):
        """They see their project alone, and no names of hosts."""
        page = self.page()
        self.assertNotContains(page, 'name="projects"')
        self.assertNotContains(page, 'name="host"')

    def test_auditor(self):
        self.be_auditor()
        page = self.page()
        self.assertContains(page, 'name="projects"')
        self.assertContains(page, 'name="host"')
        self.assertContains(page, '<option value="all" >')

    def test_page_for_administrators(self):
        self.setActiveUser(
            id=self.user.id,
            token=self.token,
            username=self.user.name,
            tenant_id=self.tenant.id,
            service_catalog=self.service_catalog,
            authorized_tenants=self.tenants.list(),
        )
        page = self.client.get(
            urls.reverse('horizon:admin:server_audit:index')
        )
        self.assertNotEqual(200, page.status_code)
