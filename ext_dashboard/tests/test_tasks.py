# SPDX-License-Identifier: Apache-2.0
"""Tasks: the panel, the tab of an instance, and answers to their script."""

from urllib import parse

from django import urls

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard.tests import base

SERVER = '70a599e0-31e7-49b7-b260-868f441e862b'


def task(number=1, **values):
    """Return a task as the API lists it."""
    return {
        'uuid': f'task-{number}',
        'task': 'stop',
        'state': 'success',
        'request_id': 'req-1',
        'user_id': 'alice',
        'project_id': 'p',
        'tag': 'order-4711',
        'code': 202,
        'message': None,
        'resource': {'server': SERVER},
        'start_time': '2026-01-02T03:04:05Z',
        'last_updated': '2026-01-02T03:04:09Z',
        'links': [],
        **values,
    }


class TasksTest(base.TestCase):
    def read(self, **query):
        """Return an answer to the script of the page."""
        found = urls.reverse('horizon:project:server_tasks:tasks')
        return self.script(f'{found}?{parse.urlencode(query)}')

    def items(self, *tasks):
        """Return the tasks that the API lists, as the page shows them."""
        self.api.return_value = {'tasks': list(tasks)}
        answer = self.read()
        self.assertEqual(200, answer.status_code, answer.content)
        return answer.json()['items']

    def asked(self):
        """Return the path and the parameters of the only request."""
        self.api.assert_called_once()
        _request, service, path, query = self.api.call_args.args
        self.assertEqual('compute', service)
        return path, {k: v for k, v in query.items() if v is not None}

    def test_fields(self):
        (found,) = self.items(task())
        self.assertEqual('Stop', found['name'])
        self.assertEqual('success', found['state_text'])
        self.assertEqual('2026-01-02T03:04:09+00:00', found['changed']['iso'])
        self.assertEqual('202', found['code'])
        (server,) = found['servers']
        self.assertEqual(SERVER, server['id'])
        self.assertEqual(f'/project/instances/{SERVER}/', server['address'])
        self.assertIn(SERVER, server['history'])

    def test_of_several_servers(self):
        other = SERVER.replace('7', '8')
        (found,) = self.items(task(servers=[SERVER, other]))
        self.assertEqual([SERVER, other], [s['id'] for s in found['servers']])

    def test_just_begun(self):
        (found,) = self.items(
            task(state='pending', resource={}, code=None, tag=None)
        )
        self.assertEqual([], found['servers'])
        self.assertEqual(('', ''), (found['code'], found['tag']))

    def test_it_ends_when_all_have_ended(self):
        for state, has_ended in (
            ('pending', False),
            ('running', False),
            ('success', True),
            ('error', True),
        ):
            self.api.return_value = {'tasks': [task(), task(state=state)]}
            self.assertIs(has_ended, self.read().json()['has_ended'], state)

    def test_all_of_the_project(self):
        self.items(task())
        path, query = self.asked()
        self.assertEqual('/os-server-tasks', path)
        self.assertEqual({'limit': json_views.PAGE + 1}, query)

    def test_filters(self):
        self.api.return_value = {'tasks': []}
        self.read(
            server=f' {SERVER} ', tag=base.MARKUP, state='error', other='x'
        )
        _path, query = self.asked()
        del query['limit']
        self.assertEqual(
            {'server': SERVER, 'tag': base.MARKUP, 'state': 'error'}, query
        )

    def test_pages(self):
        found = [task(number) for number in range(json_views.PAGE + 1)]
        self.api.return_value = {'tasks': found}
        answer = self.read().json()
        self.assertEqual(json_views.PAGE, len(answer['items']))
        marker = f'task-{json_views.PAGE - 1}'
        self.assertEqual({'marker': marker}, answer['next'])
        self.api.reset_mock()
        self.api.return_value = {'tasks': found[-1:]}
        answer = self.read(**answer['next']).json()
        self.assertIsNone(answer['next'])
        self.assertEqual(marker, self.asked()[1]['marker'])

    def test_markup_stays_text(self):
        names = (
            'uuid', 'task', 'state', 'request_id', 'user_id', 'tag', 'code',
            'message',
        )  # fmt: skip
        planted = dict.fromkeys(names, base.MARKUP)
        (found,) = self.items(
            task(resource={'server': base.MARKUP}, **planted)
        )
        for name in ('id', 'name', 'state_text', 'user_id', 'tag', 'message'):
            self.assertEqual(base.MARKUP, found[name])
        self.assertEqual(
            [{'id': base.MARKUP, 'address': None, 'history': None}],
            found['servers'],
        )

    def test_a_cloud_without_tasks(self):
        self.api.side_effect = rest.Refused(404, 'The resource is not found')
        self.assertEqual(404, self.read().status_code)

    def test_not_permitted(self):
        self.api.side_effect = rest.Refused(403, 'Policy does not allow it.')
        answer = self.read()
        self.assertEqual(403, answer.status_code)
        self.assertEqual({'error': 'Policy does not allow it.'}, answer.json())

    def test_bad_filter(self):
        self.api.side_effect = rest.Refused(400, 'Invalid input for server')
        self.assertEqual(400, self.read(server='x').status_code)

    def test_unreachable(self):
        self.api.side_effect = rest.Unreachable('no route to host')
        answer = self.read()
        self.assertEqual(503, answer.status_code)
        self.assertNotIn('no route', answer.json()['error'])

    def test_who_is_not_logged_in(self):
        self.setActiveUser()
        self.assertIn(self.read().status_code, (302, 401))
        self.api.assert_not_called()


class PagesTest(base.TestCase):
    def test_panel(self):
        page = self.client.get(
            urls.reverse('horizon:project:server_tasks:index')
        )
        self.assertContains(page, 'data-ext="tasks"')
        self.assertContains(page, 'name="server"')
        self.assertContains(page, 'value="pending"')
        # Else Horizon lets users search only once.
        self.assertContains(page, 'btn-primary always-enabled')
        self.api.assert_not_called()

    def test_tab(self):
        """The tab is one of the instance's page, and loads when opened."""
        shown = self.instance_tab('ext_tasks', SERVER)
        self.assertIn(f'data-server="{SERVER}"', shown)
        self.assertNotIn('name="server"', shown)
        self.assertNotIn('<script', shown)
        self.assertNotIn('style=', shown)
